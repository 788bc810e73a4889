import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Journal, openJournal } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { runPass } from "./pass.ts";
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

  const pass = (readAfter: Source["readAfter"], append: Journal["append"]) =>
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
      reject: () => {},
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
