import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LarderError } from "../core/errors.ts";
import { type Journal, openJournal } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { runPass } from "./pass.ts";
import type { SetAside } from "./set-aside.ts";
import type { Source, SourceBatch } from "./sources/source.ts";

const batch = (ms: number): SourceBatch => ({
  lines: `m f=1i ${ms}\n`,
  lineCount: 1,
  rowCount: 1,
  span: { fromMs: ms, toMs: ms },
  cursor: ms,
});

describe("runPass()", () => {
  let stateDir: string;
  let journal: Journal;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), "larder-pass-"));
    journal = await openJournal(stateDir, "collector");
  });
  afterEach(async () => {
    await journal.close();
    await rm(stateDir, { recursive: true });
  });

  const pass = (
    readAfter: Source["readAfter"],
    append: Journal["append"],
    setAside: SetAside = async (_source, rows) => rows.length,
  ) =>
    runPass({
      stateDir,
      journal: { stream: "collector", cursors: {}, append, endOf: () => undefined, close: async () => {} },
      sources: [{ name: "s", place: "nowhere", readAfter }],
      shippers: [],
      tagText: "",
      shipSeconds: 1,
      signal: new AbortController().signal,
      nowMs: Date.now,
      log: silentLog,
      setAside,
    });

  it("reads on while a batch is flushed, and shows a source that asks what it handed over before", async () => {
    const events: string[] = [];
    const found: string[] = [];
    const report = await pass(
      async function* (_, context) {
        yield batch(1);
        events.push("reads on");
        for await (const line of context.alreadyTaken(new Set(["m"]), 0, 9)) found.push(line);
        yield batch(2);
      },
      async (lines) => {
        await setTimeout(20);
        await journal.append(lines);
        events.push("flushed");
      },
    );
    expect(events).toEqual(["reads on", "flushed", "flushed"]);
    expect(found).toEqual(["m f=1i 1"]);
    expect(report.sources[0]).toMatchObject({ rows: 2, lines: 2, newestMs: 2, problem: undefined });
    expect(journal.cursors).toEqual({ s: 2 });
  });

  it("ends, and appends nothing more, when a batch cannot be written", async () => {
    let appended = 0;
    let ended = false;
    const passing = pass(
      async function* () {
        try {
          for (let ms = 1; ; ms++) yield batch(ms);
        } finally {
          ended = true;
        }
      },
      async () => {
        appended++;
        throw new Error("full");
      },
    );
    await expect(passing).rejects.toThrow("full");
    expect({ appended, ended }).toEqual({ appended: 1, ended: true });
  });

  it("has rejected rows on the disk before the cursor passes them, some at a time, and counts what found no room", async () => {
    const events: string[] = [];
    const report = await pass(
      async function* (_, context) {
        for (const ms of [1, 2]) {
          context.reject(`row ${ms}a`, "bad");
          context.reject(`row ${ms}b`, "bad");
          yield batch(ms);
        }
        context.reject("row 3", "bad");
      },
      async ({ cursors }) => {
        events.push(`cursor ${String(cursors?.["s"])}`);
      },
      async (_source, rows) => {
        events.push(rows.map(({ what }) => what).join(", "));
        return rows.length - 1;
      },
    );
    expect(events).toEqual(["row 1a, row 1b", "cursor 1", "row 2a, row 2b", "cursor 2", "row 3"]);
    expect(report.sources[0]).toMatchObject({ rows: 2, rejected: 5, unkept: 3 });
  });

  it("leaves the cursor where it is when rejected rows cannot be kept", async () => {
    const problem = new LarderError("no room", { code: "REJECT_WRITE" });
    const report = await pass(
      async function* (_, context) {
        yield batch(1);
        context.reject("row", "bad");
        yield batch(2);
      },
      (lines) => journal.append(lines),
      () => Promise.reject(problem),
    );
    expect(report.sources[0]).toMatchObject({ rows: 1, problem });
    expect(journal.cursors).toEqual({ s: 1 });
  });

  it("ends with the error when the last batch cannot be written", async () => {
    const passing = pass(
      async function* () {
        yield batch(1);
      },
      () => Promise.reject(new Error("full")),
    );
    await expect(passing).rejects.toThrow("full");
  });
});
