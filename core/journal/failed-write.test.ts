/**
 * A write or a sync that failed is not forgotten: what was not acknowledged never counts, and what comes later does.
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkJournal } from "./health.ts";
import { type Journal, openJournal, streamFolder } from "./journal.ts";
import { openReader } from "./reader.ts";
import { listSegments, segmentPath } from "./segment-names.ts";
import type { StreamName } from "./streams.ts";
import { type Fault, faultyDisk } from "./testing/faulty-disk.ts";
import { writeSegment } from "./testing/written-segments.ts";

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "lwrite-"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

const batch = (n: number) => ({
  lines: `m v=${n}i ${1000 + n}\n`,
  lineCount: 1,
  span: { fromMs: 1000 + n, toMs: 1000 + n },
  cursors: { a: n },
});

async function values(journal?: Journal): Promise<number[]> {
  let text = "";
  for await (const chunk of openReader(streamFolder(stateDir, "collector"), "collector", journal).chunks(undefined)) {
    text += chunk;
  }
  return [...text.matchAll(/ v=(\d+)i/g)].map((found) => Number(found[1]));
}

const FAULTS: readonly Fault[] = ["sync forgets", "sync fails", "sync and cut fail", "full"];

describe.each(FAULTS)("a write that fails (%s)", (fault) => {
  it.each([0, 1, 5])("after %i batches counts for nothing, and the next one counts", async (before) => {
    const disk = faultyDisk();
    const journal = await openJournal(stateDir, "collector", { disk, segmentBytes: 300 });
    const expected: number[] = [];
    for (let n = 1; n <= before; n++) {
      await journal.append(batch(n));
      expected.push(n);
    }
    const cursors = journal.cursors;
    const newest = (await listSegments(streamFolder(stateDir, "collector"))).at(-1) ?? 0;
    const end = journal.endOf(newest);
    disk.failNext(fault);
    await expect(journal.append(batch(77))).rejects.toMatchObject({ retryable: true });
    expect(journal.cursors).toEqual(cursors);
    if (before < 5) expect(journal.endOf(newest)).toEqual(end);
    expect(await values(journal)).toEqual(expected);
    // what could not be cut is seen by others until it can
    if (fault !== "sync and cut fail") expect(await values()).toEqual(expected);
    for (const n of [8, 9]) {
      await journal.append(batch(n));
      expected.push(n);
    }
    expect(await values(journal)).toEqual(expected);
    expect(await journal.close()).toBeDefined();
    const again = await openJournal(stateDir, "collector");
    expect(again.cursors).toEqual({ a: 9 });
    await again.close();
    expect(await values()).toEqual(expected);
    const [health] = await checkJournal(stateDir, { streams: ["collector"] });
    expect(health).toMatchObject({ losses: [], uncommittedBytes: 0, cut: [] });
  });
});

it("goes on from what the disk has, where it has less than it said", async () => {
  const disk = faultyDisk();
  const journal = await openJournal(stateDir, "collector", { disk });
  for (const n of [1, 2, 3]) await journal.append(batch(n));
  disk.failNext("sync forgets more");
  await expect(journal.append(batch(77))).rejects.toMatchObject({ code: "JOURNAL_WRITE" });
  expect(journal.cursors).toEqual({ a: 2 });
  const { from, offset = 0, linesEnd } = journal.endOf(0) ?? {};
  expect([from, linesEnd]).toEqual([offset, 0]);
  expect(offset).toBe((await stat(segmentPath(streamFolder(stateDir, "collector"), 0))).size);
  expect(await values(journal)).toEqual([1, 2]);
  for (const n of [3, 4]) await journal.append(batch(n));
  expect(await values(journal)).toEqual([1, 2, 3, 4]);
  expect(await values()).toEqual([1, 2, 3, 4]);
  await journal.close();
});

it("goes on in another segment, where the last is another one than it has written", async () => {
  const disk = faultyDisk();
  const journal = await openJournal(stateDir, "collector", { disk });
  await journal.append(batch(1));
  const folder = streamFolder(stateDir, "collector");
  const lines = Array.from({ length: 30 }, (_, n) => `m v=${n}i 1000`);
  const size = (await writeSegment(folder, 5000, [{ at: 1, lines, cursors: { a: 30 } }])) - 5000;
  disk.failNext("full");
  await expect(journal.append(batch(77))).rejects.toMatchObject({ code: "JOURNAL_FULL" });
  expect([journal.endOf(0), journal.endOf(5000)]).toMatchObject([undefined, { from: size, offset: size, linesEnd: 0 }]);
  expect(journal.cursors).toEqual({ a: 30 });
  await journal.close();
});

it("takes no times that no mark can hold", async () => {
  const journal = await openJournal(stateDir, "collector");
  await journal.append(batch(1));
  for (const toMs of [Number.NaN, 0.5, Number.POSITIVE_INFINITY]) {
    const wrong = journal.append({ ...batch(2), span: { fromMs: 0, toMs } });
    await expect(wrong).rejects.toMatchObject({
      code: "JOURNAL_WRITE",
      message: expect.stringContaining(`the times 0 to ${toMs} are not whole milliseconds`),
    });
  }
  await journal.append(batch(3));
  await journal.close();
  expect(await values()).toEqual([1, 3]);
});

it("says of each stream what becomes of its lines", async () => {
  const words: Record<StreamName, RegExp> = {
    collector: /rows will be read again/,
    rollup: /computed again/,
    precache: /what was warmed is in the cache/,
    receiver: /sends its lines again/,
    imported: /goes on where it ended/,
    alerts: /missing from the history/,
  };
  for (const [stream, word] of Object.entries(words) as [StreamName, RegExp][]) {
    const disk = faultyDisk();
    const journal = await openJournal(stateDir, stream, { disk });
    disk.failNext("full");
    await expect(journal.append(batch(1))).rejects.toMatchObject({
      code: "JOURNAL_FULL",
      state: expect.stringMatching(word),
    });
    await journal.close();
  }
});
