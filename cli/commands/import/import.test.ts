import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type QueriesFake, startQueriesFake } from "../../../fixtures/influx-fake/queries.ts";
import { larderInProcess } from "../../testing/in-process.ts";
import { progressText } from "./text.ts";

const SECRET = "hunter2-import-hunter2";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let folder: string;
let old: QueriesFake;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "limport-"));
  // of one day, at whatever hour this runs
  const noon = Math.floor(Date.now() / DAY) * DAY - 42 * DAY + 12 * HOUR;
  old = await startQueriesFake([noon - HOUR, noon + HOUR].map((ms) => [ms, 5_000_000]));
  const sinks = [{ name: "main", type: "influx1", url: old.url, database: "caching" }];
  const settings = { server: "cache01", stateDir: join(folder, "s"), timezone: "UTC" };
  await writeFile(join(folder, "plain.json"), JSON.stringify(settings));
  await writeFile(join(folder, "sink.json"), JSON.stringify({ ...settings, sinks }));
  await writeFile(join(folder, "password"), `${SECRET}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await old.stop();
  await rm(folder, { recursive: true, force: true });
});

const larder = async (settings: string, ...words: string[]) =>
  await larderInProcess(["import", "logstash", "-c", join(folder, settings), "--url", old.url, ...words]);

describe("larder import", () => {
  it("says what would come, lets it come, and then has nothing new", async () => {
    const dry = await larder("plain.json", "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.out).toContain("2 lines would be imported. Nothing was written");
    expect(dry.out).toContain("Left out of bytesdropped: note (not a counter of a cache).");
    const done = await larder("plain.json");
    expect(done.out).toMatch(/cache01 +new +2 .*\n[\s\S]*2 lines imported\./);
    const again = await larder("plain.json");
    expect(again.out).toMatch(/left out: imported before +2 [\s\S]*Nothing new\./);
    const shown = await larderInProcess([
      "history",
      "-c",
      join(folder, "plain.json"),
      "--measurement",
      "bytesdropped",
      "--from",
      "60d",
    ]);
    expect(shown.out).toContain("10.0 MB");
  });

  it("ends a dry run with 3 and what to do where it could not be imported", async () => {
    const { code, out } = await larder("sink.json", "--dry-run", "--server", "cache02");
    expect(code).toBe(3);
    expect(out).toContain('sink "main" is the database that is imported from');
  });

  it.each([
    [["--server", "a", "--server-tag", "b"], "give one of them"],
    [["--from", "today", "--to", "yesterday"], "earlier time after --from"],
    [["--url", "http://u:p@localhost"], "--password-file"],
    [["--url", "localhost:8086"], "--url http://host:8086"],
  ])("refuses %s", async (words, next) => {
    const { code, err } = await larder("plain.json", ...words);
    expect(code).toBe(2);
    expect(err).toContain(next);
  });

  it("keeps a login to itself where the server repeats it", async () => {
    let login = "";
    const server = createServer((request, response) => {
      login = request.headers.authorization ?? "";
      const sent = Buffer.from(login.slice(6), "base64").toString("utf8");
      response.writeHead(401).end(JSON.stringify({ error: `not you: ${login} ${sent}` }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const words = ["--url", url, "--username", "u", "--password-file", join(folder, "password")];
    const { code, out, err } = await larder("plain.json", ...words);
    server.close();
    expect(login).toBe(`Basic ${Buffer.from(`u:${SECRET}`).toString("base64")}`);
    expect(code).toBe(1);
    expect(err).toContain("IMPORT_REFUSED");
    expect(out + err).not.toContain(SECRET);
    expect(out + err).not.toContain(login.slice(6));
  });
});

it("shows how far it is, how fast, and how long it will take", () => {
  const day = 24 * HOUR;
  const at = { atMs: 25 * day, beganMs: 0, pointsRead: 5000, lines: 4000, seconds: 10 };
  expect(progressText({ span: { fromMs: 0, toMs: 100 * day }, ...at }, "UTC")).toBe(
    "25.0%, up to 1970-01-26 00:00, 4000 lines, 500 points/s, 30 s left",
  );
});
