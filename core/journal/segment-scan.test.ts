import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import type { Span } from "./commit.ts";
import { crcOf, EMPTY_MAP, mapFrom, type SegmentMap, scanSegment } from "./segment-scan.ts";
import { inMemory, segmentOf } from "./testing/written-segments.ts";

const DAY = 86_400_000;

/** A stretch of a segment, and what a scan should see in it. */
interface Part {
  readonly bytes: Buffer;
  /** Of a whole batch. */
  readonly batch?: { readonly at: number; readonly linesBytes: number };
  /** Lines in it that begin like a mark. */
  readonly marks: number;
}

const written = fc.record({ at: fc.nat(9 * DAY), count: fc.nat(3) }).map(({ at, count }) => {
  const lines = Array.from({ length: count }, (_, i) => `m,server=a v=${i}i ${at + i}`);
  const bytes = segmentOf([{ at, lines, cursors: { a: at } }]);
  return { at, bytes, linesBytes: bytes.lastIndexOf("#commit ") };
});
const whole = written.map(({ at, bytes, linesBytes }): Part => ({ bytes, batch: { at, linesBytes }, marks: 0 }));
/** A byte of the lines changed, or of the digits of the sum. */
const changed = fc.tuple(written, fc.nat(400)).map(([{ bytes, linesBytes }, n]): Part => {
  const at = n % (linesBytes + 1) === linesBytes ? linesBytes + 8 : n % (linesBytes + 1);
  const harmed = Buffer.from(bytes);
  harmed[at] = (bytes[at] ?? 0) === 0x31 ? 0x32 : 0x31;
  // without the newline before it, the mark is the end of a line
  return { bytes: harmed, marks: at === linesBytes - 1 ? 0 : 1 };
});
const noise = fc
  .constantFrom<[string, number]>(
    ["m,server=a v=5i 9\n", 0],
    ["\n", 0],
    ["#commit \n", 1],
    ["#commit 12 {}\n#commit x\n", 2],
    ['#commit 5 {"v":1,"bytes":900,"lines":0,"at":7,"span":null,"cursors":{}}\n', 1],
    ["\u0000\u0000\n", 0],
  )
  .map(([text, marks]): Part => ({ bytes: Buffer.from(text), marks }));
const parts = fc.array(fc.oneof({ weight: 3, arbitrary: whole }, changed, noise), { maxLength: 8 });

/** What a scan of these stretches should find. */
function mapOf(stretches: readonly Part[]): Omit<SegmentMap, "commit"> & { readonly commit: number | undefined } {
  const stretchesWhole: { from: number; to: number }[] = [];
  const damage: SegmentMap["damage"][number][] = [];
  const days = new Set<number>();
  let [size, end, linesEnd, bad] = [0, 0, 0, 0];
  let firstMs: number | undefined;
  let lastMs: number | undefined;
  for (const { bytes, batch, marks } of stretches) {
    const from = size;
    size += bytes.length;
    bad += marks;
    if (batch === undefined) continue;
    if (from > end)
      damage.push({ from: end, to: from, batches: Math.max(1, bad), afterMs: lastMs, beforeMs: batch.at });
    const last = stretchesWhole.at(-1);
    if (last?.to === from) last.to = size;
    else stretchesWhole.push({ from, to: size });
    if (batch.linesBytes > 0) linesEnd = from + batch.linesBytes;
    days.add(Math.floor(batch.at / DAY));
    firstMs ??= batch.at;
    lastMs = batch.at;
    [end, bad] = [size, 0];
  }
  return { size, whole: stretchesWhole, damage, end, linesEnd, firstMs, commit: lastMs, marksAfterEnd: bad, days };
}

const bytesOf = (stretches: readonly Part[]): Buffer => Buffer.concat(stretches.map(({ bytes }) => bytes));

it("a scan finds the batches that are whole, and what lies between them", async () => {
  await fc.assert(
    fc.asyncProperty(parts, async (stretches) => {
      const { commit, ...map } = await scanSegment(inMemory(bytesOf(stretches)));
      expect({ ...map, commit: commit?.at }).toEqual(mapOf(stretches));
    }),
    { numRuns: runs(60) },
  );
});

it("a scan that goes on from an earlier one finds the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      parts,
      fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      async (stretches, share) => {
        const bytes = bytesOf(stretches);
        const known = await scanSegment(inMemory(bytes.subarray(0, Math.floor(share * bytes.length))));
        const before = structuredClone(known);
        expect(await scanSegment(inMemory(bytes), known)).toEqual(await scanSegment(inMemory(bytes)));
        // and changes nothing of what was known
        expect(known).toEqual(before);
      },
    ),
    { numRuns: runs(30) },
  );
});

it("a scan from a place on finds what is whole behind it, and the batch it lies in", async () => {
  const batches = [1, 2, 3].map((n) => ({ at: n, lines: [`m v=${n}i 5`, `m v=${n}i 6`] }));
  const bytes = segmentOf(batches);
  const [first = 0, second = 0] = [1, 2].map((n) => segmentOf(batches.slice(0, n)).length);
  const from = async (place: number) => await scanSegment(inMemory(bytes), mapFrom(place));
  const end = bytes.length;
  expect(await from(first)).toMatchObject({ whole: [{ from: first, to: end }], damage: [], firstMs: 2, end });
  expect(await from(first + 9)).toMatchObject({ whole: [{ from: first + 9, to: end }], damage: [], firstMs: 2, end });
  expect(await from(second)).toMatchObject({
    whole: [{ from: second, to: end }],
    commit: { at: 3 },
    linesEnd: bytes.lastIndexOf("#commit "),
  });
  expect(await from(end)).toEqual({ ...EMPTY_MAP, size: end, end });
});

it("a batch that begins before what is whole already is not whole", async () => {
  const first = segmentOf([{ at: 1, lines: ["m v=1i 5"] }]);
  const body = `{"v":1,"bytes":${first.length},"lines":1,"at":2,"span":null,"cursors":{}}`;
  const again = Buffer.from(`#commit ${crc32(body, crc32(first))} ${body}\n`);
  const map = await scanSegment(inMemory(Buffer.concat([first, again])));
  expect(map).toMatchObject({ whole: [{ from: 0, to: first.length }], end: first.length, marksAfterEnd: 1 });
});

it("a batch may hold a line that begins like a mark, and its mark is signed for its own bytes alone", async () => {
  const bytes = segmentOf([
    { at: 1, lines: ["m v=1i 5"] },
    { at: 2, lines: ["#commit 5", "m v=2i 6"] },
  ]);
  expect(await scanSegment(inMemory(bytes))).toMatchObject({ whole: [{ from: 0, to: bytes.length }], damage: [] });
  const lines = Buffer.from("m v=1i 5\n");
  const body = '{"v":1,"bytes":1,"lines":1,"at":2,"span":null,"cursors":{}}';
  const other = Buffer.from(`#commit ${crc32(body, crc32(lines))} ${body}\n`);
  expect(await scanSegment(inMemory(Buffer.concat([lines, other])))).toMatchObject({ whole: [], marksAfterEnd: 1 });
});

it("the last mark says which times the lines have", async () => {
  const span: Span = { fromMs: 5, toMs: 9 };
  const bytes = segmentOf([{ at: 1, lines: ["m v=1i 9", "m v=2i 5"] }, { at: 2 }]);
  expect((await scanSegment(inMemory(bytes))).commit).toMatchObject({ at: 2, span });
});

it("crcOf() is that of a stretch, in steps, and of nothing where the segment has become shorter", async () => {
  const bytes = Buffer.alloc(600_000, "larder and more");
  const stretch = { from: 3, to: 590_000 };
  const wanted = crc32(bytes.subarray(3, 590_000));
  expect(await crcOf(inMemory(bytes), stretch)).toBe(wanted);
  expect(await crcOf(inMemory(bytes), stretch, Buffer.alloc(100))).toBe(wanted);
  expect(await crcOf(inMemory(bytes.subarray(0, 500_000)), stretch)).toBeUndefined();
  expect(await crcOf(inMemory(bytes), { from: 4, to: 4 })).toBe(0);
});
