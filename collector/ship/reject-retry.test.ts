import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { type ScriptSink, scriptSink } from "../testing/script-sink.ts";
import { virtualClock } from "../testing/virtual-clock.ts";
import { rejectPath, retryPath } from "./reject-file.ts";
import { type RetryOptions, type RetryReport, retryRejected } from "./reject-retry.ts";

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "larder-retry-"));
  await mkdir(join(stateDir, "rejected"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true });
});

const entry = (line: string): string => `# 2026-11-20T01:00:07.120Z was refused\n${line}\n`;

async function rejects(...lines: string[]): Promise<void> {
  await writeFile(rejectPath(stateDir, "main"), lines.map(entry).join(""));
}

async function retry(sink: ScriptSink, more: Partial<RetryOptions> = {}): Promise<RetryReport> {
  const { signal } = new AbortController();
  return await retryRejected({ sink, stateDir, signal, clock: virtualClock(), ...more });
}

async function fileText(path = rejectPath(stateDir, "main")): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}

function linesOf(text: string | undefined): string[] {
  return (text ?? "").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("retryRejected()", () => {
  it("removes what is taken by now, keeps what is not, with the new reason", async () => {
    await rejects("m v=1i 1", "bad one", "m v=2i 2", "old one");
    const sink = scriptSink();
    const report = await retry(sink);
    expect(report).toMatchObject({ lines: 4, takenLines: 2, expiredLines: 1, keptLines: 1, problem: undefined });
    expect(report.reasons).toEqual([{ reason: "the script says refused", lines: 1 }]);
    expect([...sink.stored].sort()).toEqual(["m v=1i 1", "m v=2i 2"]);
    expect(await fileText()).toMatch(/^# \S+Z the script says refused\nbad one\n$/);
    expect(await fileText(retryPath(stateDir, "main"))).toBeUndefined();
    // once more is the same
    expect(await retry(sink)).toMatchObject({ lines: 1, takenLines: 0, keptLines: 1 });
    expect(linesOf(await fileText())).toEqual(["bad one"]);
  });

  it("leaves no file when everything is taken, and does nothing where there is none", async () => {
    await rejects("m v=1i 1");
    expect(await retry(scriptSink())).toMatchObject({ takenLines: 1, keptLines: 0 });
    expect((await readdir(join(stateDir, "rejected"))).filter((name) => name.endsWith(".lp"))).toEqual([]);
    expect(await retry(scriptSink())).toMatchObject({ lines: 0 });
  });

  it("changes and sends nothing in a dry run", async () => {
    await rejects("m v=1i 1", "bad one");
    const before = await fileText();
    const sink = scriptSink();
    expect(await retry(sink, { dryRun: true })).toMatchObject({
      lines: 2,
      keptLines: 2,
      reasons: [{ reason: "was refused", lines: 2 }],
    });
    expect(sink.requests).toEqual([]);
    expect(await fileText()).toBe(before);
  });

  it("keeps everything when the server cannot answer, or refuses everything, and says why", async () => {
    await rejects("m v=1i 1", "m v=2i 2");
    const stopped = scriptSink();
    stopped.script = ["stopped"];
    expect(await retry(stopped)).toMatchObject({ takenLines: 0, keptLines: 2, problem: { code: "SINK_STOPPED" } });
    expect(await retry(scriptSink({ refusesAll: true }))).toMatchObject({
      keptLines: 2,
      problem: { code: "SINK_REJECTED" },
    });
    expect(await fileText()).toBe(["m v=1i 1", "m v=2i 2"].map(entry).join(""));
  });

  it("begins with what a killed retry left, and keeps what was refused meanwhile", async () => {
    await rejects("m v=3i 3");
    await writeFile(retryPath(stateDir, "main"), entry("m v=1i 1") + entry("bad one"));
    const sink = scriptSink();
    expect(await retry(sink)).toMatchObject({ lines: 3, takenLines: 2, keptLines: 1 });
    expect(sink.stored.size).toBe(2);
    expect(new Set(linesOf(await fileText()))).toEqual(new Set(["bad one"]));
  });

  it("never sends the beginning of a line that was cut off", async () => {
    await writeFile(rejectPath(stateDir, "main"), `${entry("m v=1i 1795209900000")}m v=1234i 17952`);
    const sink = scriptSink();
    await retry(sink);
    expect([...sink.stored]).toEqual(["m v=1i 1795209900000"]);
    await writeFile(rejectPath(stateDir, "main"), "m v=2i 1795209900001");
    await retry(sink);
    expect(sink.stored.has("m v=2i 1795209900001")).toBe(true);
  });

  it("takes what a disk dropped for no line, and keeps what is behind it", async () => {
    const dropped = Buffer.alloc(entry("bad one").length).toString("latin1");
    await writeFile(
      rejectPath(stateDir, "main"),
      [entry("bad 1"), dropped, entry("bad 2"), `bad v=\0\0${entry("bad 3")}`].join(""),
    );
    const sink = scriptSink();
    expect(await retry(sink)).toMatchObject({ lines: 3, keptLines: 3 });
    expect(linesOf(await fileText())).toEqual(["bad 1", "bad 2", "bad 3"]);
  });

  it("loses no line, wherever it is killed", async () => {
    const world = fc.record({
      bad: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
      deaths: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ bad, deaths }) => {
        await rm(stateDir, { recursive: true });
        await mkdir(join(stateDir, "rejected"), { recursive: true });
        const all = bad.map((isBad, i) => `${isBad ? "bad" : "m"} v=${i}i ${i}`);
        await rejects(...all);
        const stored = new Set<string>();
        const paths = [rejectPath(stateDir, "main"), retryPath(stateDir, "main")];
        for (const death of [...deaths, Number.POSITIVE_INFINITY]) {
          const controller = new AbortController();
          let atDeath: (string | undefined)[] | undefined;
          const before = async (request: number): Promise<void> => {
            if (request !== death) return;
            // the disk as a kill -9 leaves it; what the process does afterwards never happened
            atDeath = await Promise.all(paths.map((path) => fileText(path)));
            controller.abort();
          };
          const sink = scriptSink({ maxLines: 7, before });
          await retry(sink, { signal: controller.signal });
          for (const line of sink.stored) stored.add(line);
          for (const [i, text] of (atDeath ?? []).entries()) {
            const path = paths[i] ?? "";
            if (text === undefined) await rm(path, { force: true });
            else await writeFile(path, text);
          }
        }
        const kept = linesOf(await fileText());
        expect([...new Set([...stored, ...kept])].sort()).toEqual([...all].sort());
        expect([...stored].some((line) => line.startsWith("bad"))).toBe(false);
      }),
      { numRuns: runs(40) },
    );
  });
});
