import { describe, expect, it } from "vitest";
import type { WrittenWhen } from "./commit.ts";
import type { SegmentContent } from "./segment-content.ts";
import { SegmentMaps, type WrittenEnd } from "./segment-maps.ts";
import { scanSegment } from "./segment-scan.ts";
import { inMemory, segmentOf } from "./testing/written-segments.ts";

const batches = [1, 2, 3, 4].map((n) => ({ at: n, lines: [`m v=${n}i ${n}`], cursors: { a: n } }));
const bytes = segmentOf(batches);
const ends = batches.map((_, i) => segmentOf(batches.slice(0, i + 1)).length);
const [first = 0, second = 0, third = 0] = ends;

/** A segment that notes where it is read. */
function watched(content: Buffer, more: Partial<SegmentContent> = {}): SegmentContent & { readonly reads: number[] } {
  const plain = inMemory(content);
  const reads: number[] = [];
  const read: SegmentContent["read"] = async (offset, length, room) => {
    reads.push(offset);
    return await plain.read(offset, length, room);
  };
  return { ...plain, stamp: "1", ...more, read, reads };
}

/** What a writer says that has begun at a place of segment 7. */
function writerFrom(from: number, offset: number) {
  const at = ends.indexOf(offset) + 1;
  const commit = { at, span: { fromMs: 1, toMs: at }, cursors: { a: at } };
  const linesEnd = bytes.lastIndexOf("#commit ", offset - 1);
  const end: WrittenEnd = { from, offset, linesEnd: from === offset ? 0 : linesEnd, commit };
  return { endOf: (segment: number) => (segment === 7 ? end : undefined) };
}

describe("the end of a segment", () => {
  it("is looked for once, until it is written or replaced", async () => {
    const maps = new SegmentMaps(undefined);
    const of = async (content: SegmentContent) => (await maps.endOf(7, content)).offset;
    const known = watched(bytes);
    expect([await of(known), known.reads.length > 0]).toEqual([bytes.length, true]);
    const same = watched(bytes);
    expect([await of(same), same.reads]).toEqual([bytes.length, []]);
    const replaced = watched(Buffer.from(bytes).fill(0x21, third, third + 1), { stamp: "2" });
    expect(await of(replaced)).toBe(third);
    expect(await of(watched(bytes.subarray(0, third), { stamp: "2" }))).toBe(third);
    expect(await of(watched(bytes.subarray(0, second), { stamp: "2" }))).toBe(second);
    const other = watched(bytes.subarray(0, second), { stamp: "2" });
    expect((await maps.endOf(8, other)).offset).toBe(second);
  });

  it("is what its writer says, where the segment is as long, or what is known of one that is packed", async () => {
    const maps = new SegmentMaps(writerFrom(0, second));
    const content = watched(bytes);
    expect(await maps.endOf(7, content)).toMatchObject({ offset: second, commit: { at: 2 } });
    const facts = { size: bytes.length, span: undefined, at: 9, names: undefined };
    expect(await maps.endOf(8, watched(bytes, { facts }))).toEqual({ offset: bytes.length, commit: facts });
    expect(content.reads).toEqual([]);
    const asLong = watched(bytes.subarray(0, second));
    expect([(await maps.endOf(7, asLong)).offset, asLong.reads]).toEqual([second, []]);
    expect((await maps.endOf(7, watched(bytes.subarray(0, second - 1)))).offset).toBe(first);
  });
});

describe("the map of a segment", () => {
  it("is scanned once, and on from where it was when the segment has grown", async () => {
    const maps = new SegmentMaps(undefined);
    expect(await maps.mapOf(7, watched(bytes.subarray(0, second)))).toEqual(
      await scanSegment(inMemory(bytes.subarray(0, second))),
    );
    const same = watched(bytes.subarray(0, second));
    await maps.mapOf(7, same);
    expect(same.reads).toEqual([]);
    const grown = watched(bytes, { stamp: "2" });
    expect(await maps.mapOf(7, grown)).toEqual(await scanSegment(inMemory(bytes)));
    // the last batch that was known shows that it is the same segment
    expect(Math.min(...grown.reads.filter((offset) => offset > 0))).toBe(first);
    expect(grown.reads.filter((offset) => offset > first && offset < second)).toEqual([]);
    const replaced = Buffer.from(bytes).fill(0x21, 0, 1);
    expect(await maps.mapOf(7, watched(replaced, { stamp: "3" }))).toEqual(await scanSegment(inMemory(replaced)));
    const shorter = watched(bytes.subarray(0, first), { stamp: "3" });
    expect(await maps.mapOf(7, shorter)).toEqual(await scanSegment(inMemory(bytes.subarray(0, first))));
  });

  it("is scanned whole where another segment, which is larger, has come in its place", async () => {
    // as long as the first batch, written at another time; a shorter one of that time; a longer one
    const asLong = Array.from({ length: 50 }, (_, i) => ({ ...batches[0], at: 2 + i })).find(
      (each) => segmentOf([each]).length === first,
    );
    for (const other of [asLong!, { at: 1 }, { at: 2, lines: ["m v=1i 1", "m v=1i 1"] }]) {
      const maps = new SegmentMaps(undefined);
      await maps.mapOf(7, watched(bytes.subarray(0, first)));
      const replaced = segmentOf([other, ...batches.slice(1)]);
      expect(await maps.mapOf(7, watched(replaced, { stamp: "2" }))).toEqual(await scanSegment(inMemory(replaced)));
    }
  });

  it("is scanned on where nothing of it was whole yet", async () => {
    const maps = new SegmentMaps(undefined);
    await maps.mapOf(7, watched(bytes.subarray(0, first - 1)));
    expect(await maps.mapOf(7, watched(bytes, { stamp: "2" }))).toEqual(await scanSegment(inMemory(bytes)));
  });

  it("is scanned from a place on, and from an earlier one when that is asked for", async () => {
    const maps = new SegmentMaps(undefined);
    const from = async (place: number, content = watched(bytes)) => {
      const { whole } = await maps.mapOf(7, content, place);
      return { whole, reads: content.reads.length };
    };
    expect((await from(second)).whole).toEqual([{ from: second, to: bytes.length }]);
    expect(await from(third)).toEqual({ whole: [{ from: second, to: bytes.length }], reads: 0 });
    expect(await from(second)).toMatchObject({ reads: 0 });
    expect((await from(first)).whole).toEqual([{ from: first, to: bytes.length }]);
    expect(await from(second)).toEqual({ whole: [{ from: first, to: bytes.length }], reads: 0 });
  });

  it("keeps from where it was scanned, when the segment has grown", async () => {
    const maps = new SegmentMaps(undefined);
    await maps.mapOf(7, watched(bytes.subarray(0, second)), first);
    await maps.mapOf(7, watched(bytes.subarray(0, third)), second);
    const again = watched(bytes.subarray(0, third));
    expect((await maps.mapOf(7, again, first)).whole).toEqual([{ from: first, to: third }]);
    expect(again.reads).toEqual([]);
    expect((await maps.mapOf(7, watched(bytes.subarray(0, third)), 0)).whole).toEqual([{ from: 0, to: third }]);
  });

  it("is that of the whole where a writer goes on in it, who is believed", async () => {
    const scanned = await scanSegment(inMemory(bytes));
    for (const from of [0, ...ends]) {
      const maps = new SegmentMaps(writerFrom(from, bytes.length));
      const content = watched(bytes);
      const { commit, days: _, firstMs: _first, ...map } = await maps.mapOf(7, content);
      const { commit: wanted, days: _days, firstMs: _ms, ...rest } = scanned;
      expect({ ...map, commit: (commit as WrittenWhen).at }).toEqual({ ...rest, commit: wanted?.at });
      expect(content.reads.filter((offset) => offset >= from)).toEqual([]);
    }
  });

  it("has from a place on what a writer has added, and nothing where it has added nothing", async () => {
    const maps = new SegmentMaps(writerFrom(second, bytes.length));
    const content = watched(bytes);
    expect(await maps.mapOf(7, content, third)).toMatchObject({
      whole: [{ from: second, to: bytes.length }],
      commit: { at: 4 },
    });
    expect(content.reads).toEqual([]);
    expect((await maps.mapOf(7, content, first)).whole).toEqual([{ from: first, to: bytes.length }]);
    expect(await maps.mapOf(8, content, 0)).toEqual(await scanSegment(inMemory(bytes)));
    const end = bytes.length;
    expect(await maps.mapOf(7, content, end)).toMatchObject({ whole: [{ from: second, to: end }], size: end, end });
    const idle = new SegmentMaps(writerFrom(third, third));
    expect((await idle.mapOf(7, watched(bytes), third)).whole).toEqual([]);
    const shorter = watched(bytes.subarray(0, second + 3));
    expect((await maps.mapOf(7, shorter)).whole).toEqual([{ from: 0, to: second }]);
  });

  it("has what is damaged before its writer, and what the writer added behind it", async () => {
    const harmed = Buffer.from(bytes);
    harmed[first + 2] = 0x21;
    const maps = new SegmentMaps(writerFrom(third, bytes.length));
    const { whole, damage } = await maps.mapOf(7, watched(harmed));
    expect(whole).toEqual([
      { from: 0, to: first },
      { from: second, to: bytes.length },
    ]);
    expect(damage).toMatchObject([{ from: first, to: second }]);
    const late = new SegmentMaps(writerFrom(second, bytes.length));
    expect(await late.mapOf(7, watched(harmed))).toMatchObject({
      ...{
        whole: [
          { from: 0, to: first },
          { from: second, to: bytes.length },
        ],
        marksAfterEnd: 0,
        size: bytes.length,
      },
    });
  });

  it("is forgotten of the segment that was scanned first, past 32 of them", async () => {
    const maps = new SegmentMaps(undefined);
    const looked = async (number: number): Promise<boolean> => {
      const content = watched(bytes);
      await maps.mapOf(number, content);
      return content.reads.length > 0;
    };
    for (let number = 0; number < 32; number++) await looked(number);
    expect([await looked(0), await looked(31), await looked(32)]).toEqual([false, false, true]);
    expect([await looked(1), await looked(0), await looked(2)]).toEqual([false, true, false]);
  });
});
