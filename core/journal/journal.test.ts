import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { parseCommit } from "./commit.ts";
import { openJournal, streamFolder } from "./journal.ts";
import type { JournalReader } from "./journal-reader.ts";
import type { Position } from "./position.ts";
import { openReader } from "./reader.ts";
import { listSegments, segmentPath } from "./segment-names.ts";

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "ljournal-"));
});
afterEach(async () => {
  await rm(stateDir, { recursive: true, force: true });
});

const folder = (): string => streamFolder(stateDir, "collector");
const line = (n: number): string => `m,server=a v=${n}i ${1_000_000 + n}\n`;
const batch = (from: number, count: number, cursor: number) => ({
  lines: Array.from({ length: count }, (_, i) => line(from + i)).join(""),
  lineCount: count,
  span: count === 0 ? undefined : { fromMs: 1_000_000 + from, toMs: 1_000_000 + from + count - 1 },
  cursors: { a: cursor },
});

async function readAll(reader: JournalReader, limits = { maxLines: 7, maxBytes: 100 }): Promise<string> {
  let text = "";
  let at: Position = await reader.start();
  for (;;) {
    const piece = await reader.readPiece(at, limits);
    if (piece === undefined) return text;
    expect(piece.lineCount).toBeLessThanOrEqual(limits.maxLines);
    text += piece.lines.toString("utf8");
    at = piece.next;
  }
}

async function chunkText(reader: JournalReader, span?: { fromMs: number; toMs: number }): Promise<string> {
  let text = "";
  for await (const chunk of reader.chunks(span)) text += chunk;
  return text;
}

/** Where the last batch of a segment ends, the last line, and what the last mark says, found line by line. */
function scannedAs(bytes: Buffer) {
  const lines = bytes.toString().split("\n").slice(0, -1);
  const ends = lines.map((_, i) => lines.slice(0, i + 1).reduce((sum, { length }) => sum + length + 1, 0));
  const lastLine = lines.findLastIndex((each) => !each.startsWith("#"));
  return { end: ends.at(-1), linesEnd: ends[lastLine] ?? 0, commit: parseCommit(lines.at(-1) ?? "") };
}

describe("a stream that is opened where it was left", () => {
  it("goes on from there, the cursors the very ones, and its end is not read", async () => {
    const first = await openJournal(stateDir, "collector");
    await first.append(batch(0, 2, 1));
    const { cursors } = first;
    const leftAt = await first.close();
    // a change nobody would see who does not look
    const path = segmentPath(folder(), 0);
    const times = await stat(path);
    const bytes = await readFile(path);
    await writeFile(
      path,
      bytes.map((byte, i) => (i === 0 ? byte + 1 : byte)),
    );
    await utimes(path, times.atime, times.mtime);
    const stamp = `${times.ino} ${(await stat(path)).mtimeMs}`;
    const again = await openJournal(stateDir, "collector", { leftAt: { ...leftAt!, stamp } });
    expect(again.cursors).toBe(cursors);
    await writeFile(path, bytes);
    await again.append(batch(2, 1, 2));
    await again.close();
    const [text, all] = [await readAll(openReader(folder(), "collector")), [0, 1, 2].map(line).join("")];
    expect(text).toBe(all);
  });

  it("is left where it was found, by who wrote nothing", async () => {
    const { cursors } = await openJournal(stateDir, "collector").then(async (first) => {
      await first.append(batch(0, 2, 1));
      await first.close();
      return first;
    });
    const leftAt = await (await openJournal(stateDir, "collector")).close();
    expect(leftAt).toMatchObject({ number: 0, cursors });
  });

  it.each([
    ["somebody wrote", async () => await appendAs(2)],
    ["it became shorter", async () => await truncate(segmentPath(folder(), 0), 10)],
    ["it was replaced", async () => await replaceBy(7)],
    ["it is gone", async () => await rm(folder(), { recursive: true })],
  ])("is looked at again when %s", async (_what, meanwhile) => {
    const first = await openJournal(stateDir, "collector");
    await first.append(batch(0, 2, 1));
    const leftAt = await first.close();
    expect(leftAt?.cursors).toEqual({ a: 1 });
    await meanwhile();
    const looked = await openJournal(stateDir, "collector");
    const { cursors } = looked;
    await looked.close();
    const again = await openJournal(stateDir, "collector", { leftAt });
    expect(again.cursors).toEqual(cursors);
    await again.append(batch(5, 1, 9));
    await again.close();
    const last = await openJournal(stateDir, "collector");
    expect(last.cursors).toEqual({ ...cursors, a: 9 });
    await last.close();
  });

  async function appendAs(cursor: number): Promise<void> {
    const other = await openJournal(stateDir, "collector");
    await other.append(batch(2, 1, cursor));
    await other.close();
  }

  /** By one of the same size. */
  async function replaceBy(cursor: number): Promise<void> {
    await rm(folder(), { recursive: true });
    const other = await openJournal(stateDir, "collector");
    await other.append(batch(0, 2, cursor));
    await other.close();
  }
});

describe("backlogBytes()", () => {
  it("is nothing when all lines are read and only marks follow, in whatever segment", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 2000 });
    await journal.append(batch(0, 5, 1));
    const reader = openReader(folder(), "collector");
    const piece = await reader.readPiece(await reader.start(), { maxLines: 10, maxBytes: 10_000 });
    const cursors = { a: "x".repeat(700) };
    for (let i = 0; i < 9; i++) await journal.append({ lines: "", lineCount: 0, span: undefined, cursors });
    const end = piece?.next ?? (await reader.start());
    expect((await listSegments(folder())).length).toBeGreaterThan(2);
    expect(await reader.backlogBytes(end)).toBe(0);
    await journal.append(batch(5, 1, 2));
    expect(await reader.backlogBytes(end)).toBeGreaterThan(0);
    await journal.close();
  });
});

describe("openJournal()", () => {
  it("keeps cursors and lines over a restart", async () => {
    const first = await openJournal(stateDir, "collector");
    expect(first.cursors).toEqual({});
    await first.append(batch(0, 3, 3));
    await first.append({ lines: "", lineCount: 0, span: undefined, cursors: { b: { x: "y" } } });
    await first.close();
    const second = await openJournal(stateDir, "collector");
    expect(second.cursors).toEqual({ a: 3, b: { x: "y" } });
    await second.append(batch(3, 1, 4));
    await second.close();
    expect(await readAll(openReader(folder(), "collector"))).toBe([0, 1, 2, 3].map(line).join(""));
  });

  it.each([
    ["lines", { maxLines: 5, maxBytes: 100_000 }],
    ["bytes", { maxLines: 100_000, maxBytes: 5 * line(0).length }],
  ])("leaves no backlog behind a piece that is full by %s", async (_what, limits) => {
    const journal = await openJournal(stateDir, "collector");
    await journal.append(batch(0, 5, 5));
    await journal.append({ lines: "", lineCount: 0, span: undefined, cursors: { b: 1 } });
    await journal.close();
    const reader = openReader(folder(), "collector");
    const start = await reader.start();
    expect(await reader.backlogBytes(start)).toBeGreaterThan(5 * line(0).length);
    const piece = await reader.readPiece(start, limits);
    expect(piece?.lineCount).toBe(5);
    expect(await reader.backlogBytes(piece?.next ?? start)).toBe(0);
  });

  it("leaves no backlog where only marks follow, however many and large", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 300_000 });
    await journal.append(batch(0, 5, 5));
    for (let i = 0; i < 9; i++) {
      await journal.append({ lines: "", lineCount: 0, span: undefined, cursors: { b: `${i}`.repeat(90_000) } });
    }
    await journal.close();
    expect((await listSegments(folder())).length).toBeGreaterThan(1);
    const reader = openReader(folder(), "collector");
    const piece = await reader.readPiece(await reader.start(), { maxLines: 5, maxBytes: 10_000 });
    expect(piece?.lineCount).toBe(5);
    expect(await reader.backlogBytes(piece!.next)).toBe(0);
    expect(await reader.backlogBytes(await reader.start())).toBeGreaterThan(0);
  });

  it("has one writer at a time and frees the lock on close", async () => {
    const first = await openJournal(stateDir, "collector");
    await expect(openJournal(stateDir, "collector")).rejects.toMatchObject({
      code: "LOCKED",
      message: expect.stringContaining("writer of the collector journal"),
    });
    const other = await openJournal(stateDir, "precache");
    await other.close();
    await first.close();
    await (await openJournal(stateDir, "collector")).close();
  });

  it("says where it cannot write", async () => {
    await writeFile(join(stateDir, "journal"), "a file");
    await expect(openJournal(stateDir, "collector")).rejects.toMatchObject({
      code: "JOURNAL_OPEN",
      message: expect.stringContaining(`Cannot open the journal "${folder()}": `),
      state: "nothing was changed",
      next: expect.stringContaining("stateDir"),
    });
  });

  it("begins a new segment with the batch behind one that is full to the byte", async () => {
    const sized = async (segmentBytes: number): Promise<number[]> => {
      const journal = await openJournal(stateDir, "collector", { segmentBytes, nowMs: () => 1 });
      for (const n of [0, 1]) await journal.append(batch(n, 1, n));
      await journal.close();
      const segments = await listSegments(folder());
      await rm(folder(), { recursive: true });
      return segments;
    };
    const [, full = 0] = await sized(1);
    expect([await sized(full), await sized(full + 1)]).toEqual([[0, full], [0]]);
  });

  it("says of each segment it has written to what a scan finds there", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 500 });
    const none = { lines: new Uint8Array(0), lineCount: 0, span: undefined };
    for (const each of [
      none,
      batch(0, 2, 1),
      none,
      batch(2, 1, 2),
      none,
      none,
      batch(3, 9, 3),
      batch(12, 1, 4),
      none,
    ]) {
      await journal.append(each);
    }
    const segments = await listSegments(folder());
    expect(segments.length).toBeGreaterThan(2);
    for (const number of segments) {
      const { end, linesEnd, commit } = scannedAs(await readFile(segmentPath(folder(), number)));
      expect(journal.endOf(number)).toMatchObject({ from: 0, offset: end, linesEnd, commit: { at: commit!.at } });
    }
    expect(journal.endOf(1)).toBeUndefined();
    await journal.close();
  });

  it("begins new segments and carries the cursors into them", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 200 });
    for (let i = 0; i < 20; i++) await journal.append(batch(i, 1, i));
    await journal.close();
    expect((await listSegments(folder())).length).toBeGreaterThan(3);
    const again = await openJournal(stateDir, "collector");
    expect(again.cursors).toEqual({ a: 19 });
    await again.close();
    expect(await readAll(openReader(folder(), "collector"))).toBe(
      Array.from({ length: 20 }, (_, i) => line(i)).join(""),
    );
  });

  it("goes back to the segment before when the newest holds no whole mark", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 100 });
    await journal.append(batch(0, 3, 3));
    await journal.append(batch(3, 3, 6));
    await journal.close();
    const segments = await listSegments(folder());
    const last = segmentPath(folder(), segments.at(-1) ?? 0);
    await writeFile(last, (await readFile(last)).subarray(0, 30));
    const again = await openJournal(stateDir, "collector");
    expect(again.cursors).toEqual({ a: 3 });
    await again.append(batch(3, 3, 6));
    await again.close();
    expect(await readAll(openReader(folder(), "collector"))).toBe(
      Array.from({ length: 6 }, (_, i) => line(i)).join(""),
    );
  });

  it("cut anywhere, opens at a commit that was whole, and loses nothing before it", async () => {
    const journal = await openJournal(stateDir, "collector");
    const ends: number[] = [0];
    const path = segmentPath(folder(), 0);
    for (let i = 0; i < 6; i++) {
      await journal.append(batch(i * 4, 4, (i + 1) * 4));
      ends.push((await stat(path)).size);
    }
    await journal.close();
    const whole = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.uint8Array({ maxLength: 40 }), async (cut, garbage) => {
        await writeFile(path, Buffer.concat([whole.subarray(0, cut), garbage]));
        const batches = ends.filter((end) => end <= cut).length - 1;
        const reader = openReader(folder(), "collector");
        const expected = Array.from({ length: batches * 4 }, (_, i) => line(i)).join("");
        expect(await readAll(reader)).toBe(expected);
        const again = await openJournal(stateDir, "collector");
        expect(again.cursors).toEqual(batches === 0 ? {} : { a: batches * 4 });
        await again.append(batch(100, 1, 101));
        await again.close();
        expect(await readAll(openReader(folder(), "collector"))).toBe(expected + line(100));
      }),
      { numRuns: runs(30) },
    );
  });

  it("does not count a batch one of whose bytes changed", async () => {
    const journal = await openJournal(stateDir, "collector");
    await journal.append(batch(0, 2, 2));
    const size = (await stat(segmentPath(folder(), 0))).size;
    await journal.append(batch(2, 2, 4));
    await journal.close();
    const file = await open(segmentPath(folder(), 0), "r+");
    await file.write("9", size + 13);
    await file.close();
    const again = await openJournal(stateDir, "collector");
    expect(again.cursors).toEqual({ a: 2 });
    await again.close();
  });
});

describe("openReader()", () => {
  it("sees nothing that is not committed while another process writes", async () => {
    const journal = await openJournal(stateDir, "collector");
    await journal.append(batch(0, 2, 2));
    await appendFile(segmentPath(folder(), 0), line(9));
    const reader = openReader(folder(), "collector");
    expect(await readAll(reader)).toBe(line(0) + line(1));
    await journal.close();
  });

  it("sees what another process has committed since it last looked, and no half of it", async () => {
    const journal = await openJournal(stateDir, "collector");
    const reader = openReader(folder(), "collector");
    for (let n = 0; n < 4; n++) {
      await journal.append(batch(n * 2, 2, n));
      await appendFile(segmentPath(folder(), 0), "m,server=a v=");
      expect(await readAll(reader)).toBe(Array.from({ length: n * 2 + 2 }, (_, i) => line(i)).join(""));
      await truncate(segmentPath(folder(), 0), (await stat(segmentPath(folder(), 0))).size - "m,server=a v=".length);
    }
    await journal.close();
  });

  it("beside the writer, believes it, but not about a segment that is gone or has become shorter", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 100 });
    for (let i = 0; i < 6; i++) await journal.append(batch(i, 1, i));
    const [first = 0, second = 0, third = 0] = await listSegments(folder());
    const reader = openReader(folder(), "collector", journal);
    const start = await reader.start();
    const whole = await readAll(reader);
    expect(whole).toBe([0, 1, 2, 3, 4, 5].map(line).join(""));
    // a byte of the newest batch changes: who believes the writer does not look at it again
    const path = segmentPath(folder(), third);
    const bytes = await readFile(path);
    bytes[2] = (bytes[2] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await readAll(reader)).toHaveLength(whole.length);
    await rm(segmentPath(folder(), first));
    const piece = await reader.readPiece(start, { maxLines: 1, maxBytes: 1000 });
    expect(piece?.next.segment).toBe(second);
    await truncate(segmentPath(folder(), second), 10);
    expect(await reader.readPiece({ segment: second, offset: 0 }, { maxLines: 1, maxBytes: 1000 })).toMatchObject({
      next: { segment: third },
    });
    await journal.close();
  });

  it("counts the backlog and what retention took away", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 100 });
    for (let i = 0; i < 10; i++) await journal.append(batch(i, 1, i));
    await journal.close();
    const reader = openReader(folder(), "collector");
    const start = await reader.start();
    const total = await reader.backlogBytes(start);
    const sizes = await Promise.all(
      (await readdir(folder())).filter((n) => n.endsWith(".lp")).map(async (n) => (await stat(join(folder(), n))).size),
    );
    expect(total).toBe(sizes.reduce((a, b) => a + b, 0));
    const [first, second] = await listSegments(folder());
    await rm(segmentPath(folder(), first ?? 0));
    expect(await reader.lostBefore(start)).toBe(second);
    expect(await reader.readPiece(start, { maxLines: 1, maxBytes: 1000 })).toMatchObject({ next: { segment: second } });
  });

  it("knows the places where a line may begin", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 200 });
    for (let i = 0; i < 6; i++) await journal.append(batch(i, 1, i));
    await journal.close();
    const reader = openReader(folder(), "collector");
    const good: Position[] = [await reader.start()];
    for (let at = good[0]; at !== undefined; ) {
      at = (await reader.readPiece(at, { maxLines: 1, maxBytes: 1000 }))?.next;
      if (at !== undefined) good.push(at);
    }
    expect(good.length).toBe(7);
    for (const place of good) expect(await reader.canResume(place)).toBe(true);
    const last = good.at(-1) ?? { segment: 0, offset: 0 };
    expect(await reader.canResume({ ...last, offset: last.offset + 1 })).toBe(false);
    expect(await reader.canResume({ segment: 0, offset: 3 })).toBe(false);
    expect(await reader.canResume({ segment: last.segment + 1, offset: 0 })).toBe(false);
    await rm(segmentPath(folder(), 0));
    expect(await reader.canResume({ segment: 0, offset: 3 })).toBe(true);
    await rm(folder(), { recursive: true });
    expect(await reader.canResume(last)).toBe(false);
    expect(await reader.canResume({ segment: 0, offset: 0 })).toBe(true);
  });

  it("gives only segments that may hold the span", async () => {
    const journal = await openJournal(stateDir, "collector", { segmentBytes: 100 });
    for (let i = 0; i < 10; i++) await journal.append(batch(i * 1000, 1, i));
    await journal.close();
    const reader = openReader(folder(), "collector");
    const text = await chunkText(reader, { fromMs: 1_005_000, toMs: 1_005_000 });
    expect(text).toContain(line(5000));
    expect(text.length).toBeLessThan(400);
    expect(await chunkText(openReader(join(stateDir, "none"), "x"))).toBe("");
  });
});
