import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type InfluxFake, startInfluxFake } from "../../../fixtures/influx-fake/server.ts";
import { type Answer, larderInProcess } from "../../testing/in-process.ts";

let folder: string;
let server: InfluxFake;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lsinks-"));
  server = await startInfluxFake({ dialect: "influx1", databases: ["cc", "long"] });
  const sinks = [{ name: "main", type: "influx1", url: server.url, database: "cc", rollup: { database: "long" } }];
  await writeFile(
    join(folder, "larder.json"),
    JSON.stringify({ server: "c1", stateDir: join(folder, "state"), sinks }),
  );
  await mkdir(join(folder, "state/rejected"), { recursive: true });
  await writeFile(join(folder, "state/rejected/main.lp"), "# 2026-11-20T01:00:07.120Z why\nm v=1i 1\n# x\nno line\n");
  await writeFile(join(folder, "state/rejected/main.rollup.lp"), "# y\nd v=1i 1\n");
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const larder = async (...words: string[]): Promise<Answer> =>
  await larderInProcess(["sinks", "retry", ...words, "--config", join(folder, "larder.json")]);

describe("larder sinks retry", () => {
  it("says first how many there are and why, and sends nothing", async () => {
    const answer = await larder("--dry-run");
    expect(answer).toMatchObject({ code: 0, err: "" });
    expect(answer.out).toMatch(
      /^main {2}2 refused lines would be sent once more\n {2}1 {2}why\n {2}1 {2}x\nmain\.rollup {2}1 /,
    );
    expect(server.requests.length).toBe(0);
  });

  it("sends those of a sink and of its roll-ups, keeps what is refused again, and ends with 3", async () => {
    const answer = await larder("main", "--json");
    expect(answer.code).toBe(3);
    expect(JSON.parse(answer.out)).toMatchObject({
      sinks: [
        { sink: "main", lines: 2, takenLines: 1, keptLines: 1, problem: null },
        { sink: "main.rollup", lines: 1, takenLines: 1, keptLines: 0 },
      ],
    });
    expect(await readFile(join(folder, "state/rejected/main.lp"), "utf8")).toMatch(
      /^# \S+ unable to parse .*\nno line\n$/,
    );
    await expect(readFile(join(folder, "state/rejected/main.rollup.lp"))).rejects.toThrow(/ENOENT/);
    expect((await larder("main.rollup")).out).toBe("main.rollup  no refused lines\n");
  });

  it("knows the names there are", async () => {
    expect(await larder("mian")).toMatchObject({ code: 2, err: expect.stringContaining("there are main") });
  });
});
