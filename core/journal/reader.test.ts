import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import type { JournalReader, PartOfSegment } from "./journal-reader.ts";
import type { Position } from "./position.ts";
import { openReader } from "./reader.ts";
import { packedPath, segmentPath } from "./segment-names.ts";
import { segmentOf, type WrittenBatch, writePacked, writeSegment } from "./testing/written-segments.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lreader-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const reader = (): JournalReader => openReader(folder, "collector");
const batch = (ms: number, count = 1): WrittenBatch => ({
  at: ms,
  lines: Array.from({ length: count }, (_, i) => `m,server=a v=${i}i ${ms}`),
});

/** Segments, plain ones or packed; their numbers, and that of the one to come. */
async function write(
  segments: readonly (readonly WrittenBatch[])[],
  packed: readonly number[] = [],
): Promise<number[]> {
  const numbers = [0];
  for (const [i, batches] of segments.entries()) {
    const put = packed.includes(i) ? writePacked : writeSegment;
    numbers.push(await put(folder, numbers.at(-1) ?? 0, batches));
  }
  return numbers;
}

async function joined(pieces: AsyncIterable<Buffer | string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) {
    expect(String(piece)).toMatch(/\n$/);
    text += piece;
  }
  return text;
}

describe("pieces of a stream", () => {
  it("are all its lines, as many at a time as are asked for, and leave a backlog until the last", async () => {
    const batches = fc.array(fc.nat(4), { minLength: 1, maxLength: 5 });
    const segments = fc.array(batches, { maxLength: 4 });
    const limits = fc.record({ maxLines: fc.integer({ min: 1, max: 6 }), maxBytes: fc.integer({ min: 1, max: 250 }) });
    let made = 0;
    const outer = folder;
    await fc.assert(
      fc.asyncProperty(segments, limits, fc.boolean(), fc.boolean(), async (counts, most, isPacked, hasRoom) => {
        folder = await mkdtemp(join(outer, `${made++}-`));
        const all = counts.map((each) => each.map((count, i) => batch(1000 + i, count)));
        const numbers = await write(all, isPacked ? [0, 2] : []);
        const lines = all.flat().flatMap(({ lines: own = [] }) => own.map((line) => `${line}\n`));
        const its = reader();
        let text = "";
        for (let at: Position | undefined = await its.start(); at !== undefined; ) {
          expect(await its.canResume(at)).toBe(true);
          expect((await its.backlogBytes(at)) > 0).toBe(text.length < lines.join("").length);
          const piece = await its.readPiece(at, most, hasRoom ? Buffer.alloc(120) : undefined);
          if (piece === undefined) break;
          const own = piece.lines.toString();
          expect(own.split("\n").length - 1).toBe(piece.lineCount);
          expect(piece.lineCount).toBeGreaterThan(0);
          expect(piece.lineCount).toBeLessThanOrEqual(most.maxLines);
          // one line is given, however long it is
          expect(own.length <= most.maxBytes || piece.lineCount === 1).toBe(true);
          text += own;
          at = piece.next;
        }
        expect(text).toBe(lines.join(""));
        const end =
          all.length === 0
            ? { segment: 0, offset: 0 }
            : { segment: numbers.at(-2) ?? 0, offset: (numbers.at(-1) ?? 0) - (numbers.at(-2) ?? 0) };
        expect(await its.end()).toEqual(end);
      }),
      { numRuns: runs(8) },
    );
    folder = outer;
  });

  it("hold small batches together, and large ones as they are", async () => {
    await write([[1, 2, 3, 4].map((ms) => batch(ms, 2))]);
    const counts = async (maxLines: number, maxBytes = 1000): Promise<number[]> => {
      const found: number[] = [];
      for (let at: Position | undefined = await reader().start(); at !== undefined; ) {
        const piece = await reader().readPiece(at, { maxLines, maxBytes });
        if (piece !== undefined) found.push(piece.lineCount);
        at = piece?.next;
      }
      return found;
    };
    const all = await reader().readPiece({ segment: 0, offset: 0 }, { maxLines: 16, maxBytes: 1000 });
    expect(all?.lines.toString().match(/ \d+$/gm)).toEqual([" 1", " 1", " 2", " 2", " 3", " 3", " 4", " 4"]);
    expect(await counts(16)).toEqual([8]);
    expect(await counts(8)).toEqual([4, 4]);
    expect(await counts(5)).toEqual([4, 4]);
    expect(await counts(4)).toEqual([2, 2, 2, 2]);
    expect(await counts(3)).toEqual([2, 2, 2, 2]);
    expect(await counts(1)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    const size = segmentOf([batch(1, 2)]).length;
    expect(await counts(100, 2 * size)).toEqual([2, 2, 2, 2]);
    expect(await counts(100, 2 * size + 1)).toEqual([4, 4]);
  });
});

describe("the backlog behind a place", () => {
  it("is what is committed behind it, in segments of which a line is left", async () => {
    const last = [batch(5), { at: 6 }];
    for (const packed of [[], [0, 1, 2]]) {
      const numbers = await write([[batch(1, 2), batch(2)], [{ at: 3 }], [batch(4)], last], packed);
      const [size = 0, none = 0, third = 0, fourth = 0] = numbers
        .slice(1)
        .map((number, i) => number - (numbers[i] ?? 0));
      const of = async (segment: number, offset: number) =>
        await reader().backlogBytes({ segment: numbers[segment] ?? 0, offset });
      const first = segmentOf([batch(1, 2)]).length;
      expect([await of(0, 0), await of(0, first)]).toEqual([size + third + fourth, size - first + third + fourth]);
      expect([await of(0, size), await of(1, 0), await of(1, none)]).toEqual([
        third + fourth,
        third + fourth,
        third + fourth,
      ]);
      expect([await of(2, third), await of(3, 0)]).toEqual([fourth, fourth]);
      expect(await of(3, segmentOf([batch(5)]).length)).toBe(0);
      await rm(folder, { recursive: true });
      await mkdir(folder);
    }
    expect(await reader().backlogBytes({ segment: 0, offset: 0 })).toBe(0);
    const [, second = 0] = await write([[batch(1)]]);
    await writeFile(segmentPath(folder, second), "m v=1i 5\n");
    expect(await reader().backlogBytes({ segment: 0, offset: 0 })).toBe(second);
  });

  it("was lost before it as far as retention went, and no further", async () => {
    const [, second = 0, third = 0] = await write([[batch(1)], [batch(2)], [batch(3)]]);
    const lost = async (segment: number, offset: number) => await reader().lostBefore({ segment, offset });
    expect(await lost(0, 0)).toBe(0);
    await rm(segmentPath(folder, 0));
    expect([await lost(0, 0), await lost(0, 10), await lost(0, second), await lost(second, 3)]).toEqual([
      ...[second, second - 10, 0, 0],
    ]);
    await rm(segmentPath(folder, second));
    expect([await lost(0, 0), await lost(second, 3)]).toEqual([third, third - second - 3]);
    await rm(segmentPath(folder, third));
    expect(await lost(0, 0)).toBe(0);
  });
});

describe("the segments of a stream", () => {
  it("are known by their ends", async () => {
    const numbers = await write([[batch(5), batch(3)], [{ at: 4 }], [batch(7)], [batch(8)]], [0, 1]);
    const sizes = numbers.slice(1).map((number, i) => number - (numbers[i] ?? 0));
    const names = 0xffff_ffff_ffff_ffffn;
    const all = [
      { number: 0, bytes: sizes[0], span: { fromMs: 3, toMs: 5 }, names },
      { number: numbers[1], bytes: sizes[1], span: undefined, names },
      { number: numbers[2], bytes: sizes[2], span: { fromMs: 7, toMs: 7 }, names: undefined },
      { number: numbers[3], bytes: sizes[3], span: { fromMs: 8, toMs: 8 }, names: undefined },
    ];
    expect(await reader().segments()).toEqual(all);
    expect(await reader().segments(numbers[1])).toEqual(all.slice(1));
    expect(await reader().segments((numbers[1] ?? 0) + 1)).toEqual(all.slice(2));
    expect(await reader().end()).toEqual({ segment: numbers[3], offset: sizes[3] });
    expect(await reader().last()).toMatchObject({ at: 8 });
    await truncate(segmentPath(folder, numbers[3] ?? 0), 10);
    expect(await reader().end()).toEqual({ segment: numbers[3], offset: 0 });
  });

  it("are missing from a stream that nobody has written", async () => {
    const none = openReader(join(folder, "none"), "collector");
    const at = { segment: 0, offset: 0 };
    expect([await none.canResume(at), await none.canResume({ ...at, offset: 3 })]).toEqual([true, false]);
    expect(await none.canResume({ ...at, segment: 5 })).toBe(false);
    expect([await none.start(), await none.end(), await none.segments()]).toEqual([at, at, []]);
    expect(await none.readPiece(at, { maxLines: 1, maxBytes: 1 })).toBeUndefined();
    expect(await none.last()).toBeUndefined();
    expect(await none.incompleteSpans({ fromMs: 0, toMs: 9 })).toEqual([]);
    expect(await joined(none.bytes(0))).toBe("");
  });

  it("give the lines of those that may hold times of a span, both its ends among them", async () => {
    const segments = [[batch(10), batch(20)], [{ at: 25 }], [batch(30)]];
    await write(segments, [2]);
    const all = segments.map((each) => segmentOf(each).toString());
    const of = async (fromMs: number, toMs: number) => {
      const text = await joined(reader().chunks({ fromMs, toMs }));
      return all.flatMap((each, i) => (text.includes(each) ? [i] : []));
    };
    expect([await of(0, 9), await of(0, 10), await of(12, 13), await of(20, 29), await of(21, 29)]).toEqual([
      ...[[], [0], [0], [0], []],
    ]);
    expect([await of(20, 30), await of(30, 99), await of(31, 99)]).toEqual([[0, 2], [2], []]);
    expect(await joined(reader().chunks(undefined))).toBe((all[0] ?? "") + all[2]);
  });
});

describe("the bytes of a segment", () => {
  it.each([[[]], [[0]]])("are those of a part of it, packed or not: %j", async (packed) => {
    const batches = [batch(1, 3), batch(2), batch(3, 2)];
    await write([batches, [batch(9)]], packed);
    const whole = segmentOf(batches);
    const ends = [0];
    for (let end = whole.indexOf("\n") + 1; end > 0; end = whole.indexOf("\n", end) + 1) ends.push(end);
    const its = reader();
    const part = async (within: PartOfSegment) => await joined(its.bytes(0, within));
    expect(await part({})).toBe(whole.toString());
    for (const from of ends) {
      expect(await part({ from })).toBe(whole.toString("utf8", from));
      for (const to of ends) expect(await part({ from, to })).toBe(whole.toString("utf8", from, Math.max(from, to)));
    }
    expect(await part({ measurements: ["m"] })).toBe(whole.toString());
  });

  it("come in buffers of whole lines where there are many of them", async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => `m,server=a text="${"x".repeat(80)}" ${i}`);
    lines[6000] = `m text="${"x".repeat(2_200_000)}" 1`;
    await write([[{ at: 1, lines }, batch(2)]]);
    expect((await joined(reader().bytes(0))) === segmentOf([{ at: 1, lines }, batch(2)]).toString()).toBe(true);
  });

  it("leave out what is damaged", async () => {
    const batches = [batch(1), batch(2), batch(3)];
    await write([batches]);
    const [first = 0, second = 0] = [1, 2].map((n) => segmentOf(batches.slice(0, n)).length);
    const bytes = await readFile(segmentPath(folder, 0));
    bytes[first] = 0x21;
    await writeFile(segmentPath(folder, 0), bytes);
    const whole = segmentOf(batches).toString();
    const its = reader();
    expect(await joined(its.bytes(0))).toBe(whole.slice(0, first) + whole.slice(second));
    expect(await joined(its.bytes(0, { from: first, to: second }))).toBe("");
    expect(await joined(its.bytes(0, { from: first }))).toBe(whole.slice(second));
    const piece = await its.readPiece({ segment: 0, offset: first }, { maxLines: 5, maxBytes: 1000 });
    expect(piece?.lines.toString()).toBe(`${batches[2]?.lines?.[0]}\n`);
  });

  it("end where damage begins, however many are asked for", async () => {
    // longer than what follows it, so that a step too far would reach the damage
    const long = { at: 2, lines: [`m v="${"x".repeat(300)}" 2`] };
    const batches = [batch(1), long, batch(3), batch(4)];
    await write([batches]);
    const [first = 0, second = 0] = [1, 2].map((n) => segmentOf(batches.slice(0, n)).length);
    const bytes = await readFile(segmentPath(folder, 0));
    bytes[second] = 0x21;
    await writeFile(segmentPath(folder, 0), bytes);
    for (const maxBytes of [1, 10, 30, 1000]) {
      const piece = await reader().readPiece({ segment: 0, offset: first }, { maxLines: 9, maxBytes });
      expect(piece?.lines.toString()).toBe(`${long.lines[0]}\n`);
    }
  });

  it("hold comments that are not marks as lines", async () => {
    await write([[{ at: 1, lines: ["# a note 5", "#commitment 6"] }]]);
    const piece = await reader().readPiece({ segment: 0, offset: 0 }, { maxLines: 9, maxBytes: 1000 });
    expect([piece?.lines.toString(), piece?.lineCount]).toEqual(["# a note 5\n#commitment 6\n", 2]);
  });

  it("are read from the parts that may hold a measurement, where it is packed", async () => {
    const others = Array.from({ length: 40 }, (_, i) => `m,server=a v=${i}i 1`);
    const lines = [...others, "rare v=1i 1", ...others, "rare v=2i 1", ...others];
    await writePacked(folder, 0, [{ at: 1, lines }], 60);
    const [whole, its] = [segmentOf([{ at: 1, lines }]).toString(), reader()];
    const rare = async (part: PartOfSegment): Promise<unknown> => {
      const text = await joined(its.bytes(0, { ...part, measurements: ["rare"] }));
      expect(text.length).toBeLessThan(whole.length / 4);
      return text.match(/^rare.*$/gm);
    };
    const second = whole.lastIndexOf("rare");
    expect([await rare({}), await rare({ from: second }), await rare({ to: second })]).toEqual([
      ...[["rare v=1i 1", "rare v=2i 1"], ["rare v=2i 1"], ["rare v=1i 1"]],
    ]);
    expect(await joined(its.bytes(0))).toBe(whole);
  });

  it("are those of the file there is, though another one was read before", async () => {
    const its = reader();
    await writePacked(folder, 0, [batch(1)]);
    expect(await joined(its.bytes(0))).toBe(segmentOf([batch(1)]).toString());
    await rm(packedPath(folder, 0));
    await writeFile(join(folder, "other"), "takes the number of the file that is gone");
    await writePacked(folder, 0, [batch(2, 2)]);
    for (let i = 0; i < 2; i++) expect(await joined(its.bytes(0))).toBe(segmentOf([batch(2, 2)]).toString());
  });
});

describe("a place in a stream that lacks a segment", () => {
  it("is one where reading can go on, while it is in the hole", async () => {
    const [, second = 0, third = 0] = await write([[batch(1)], [batch(2)], [batch(3)]]);
    await rm(segmentPath(folder, second));
    const can = async (segment: number, offset: number) => await reader().canResume({ segment, offset });
    expect([await can(second, 0), await can(second, 7), await can(second, third - second)]).toEqual([true, true, true]);
    expect([await can(second, third - second + 1), await can(second - 1, 0)]).toEqual([false, false]);
    expect([await can(second + 5, 0), await can(third, 0), await can(third + 1, 0)]).toEqual([true, true, false]);
    await rm(segmentPath(folder, 0));
    expect([await can(0, 3), await can(second, 2), await can(third, 1)]).toEqual([true, true, false]);
  });

  it("is one where the end of its segment is damaged or gone, up to the next segment", async () => {
    const [, second = 0] = await write([[batch(1), batch(2)], [batch(3)]]);
    const first = segmentOf([batch(1)]).length;
    const can = async (offset: number, segment = 0) => await reader().canResume({ segment, offset });
    expect([await can(0), await can(first), await can(first + 3), await can(second), await can(second + 1)]).toEqual([
      ...[true, true, false, true, false],
    ]);
    await truncate(segmentPath(folder, 0), second - 1);
    expect([await can(first), await can(first + 3), await can(second), await can(second + 1)]).toEqual([
      ...[true, true, true, false],
    ]);
    expect([await can(1), await can(1, second), await can(2, second)]).toEqual([false, false, false]);
    await rm(segmentPath(folder, second));
    expect([await can(first), await can(first + 3)]).toEqual([true, false]);
    await writeFile(segmentPath(folder, 0), Buffer.concat([segmentOf([batch(1)]), Buffer.from("m v=1i 5\n")]));
    expect([await can(first), await can(first + 9)]).toEqual([true, false]);
  });

  it("is one in the middle of what is damaged, as lines no longer begin where they did", async () => {
    const batches = [batch(1), batch(2), batch(3)];
    await write([batches]);
    const [first = 0, second = 0] = [1, 2].map((n) => segmentOf(batches.slice(0, n)).length);
    const bytes = await readFile(segmentPath(folder, 0));
    await writeFile(segmentPath(folder, 0), bytes.fill(0, first, second));
    const can = async (offset: number) => await reader().canResume({ segment: 0, offset });
    expect([await can(first), await can(first + 1), await can(second - 1), await can(second)]).toEqual([
      ...[true, true, true, true],
    ]);
    expect([await can(first - 1), await can(second + 1)]).toEqual([false, false]);
  });
});

describe("times of which lines may be missing", () => {
  const missing = async (fromMs = 0, toMs = 1e6) => await reader().incompleteSpans({ fromMs, toMs });

  it.each([[[]], [[0, 2, 3]]])("are not there where a stream is whole: packed %j", async (packed) => {
    await write([[batch(10)], [batch(20)], [batch(30)], [batch(40)]], packed);
    expect(await missing()).toEqual([]);
  });

  it.each([[[]], [[0, 2, 3]]])("are those around a segment that is gone: packed %j", async (packed) => {
    const numbers = await write([[batch(10)], [batch(20)], [batch(30)], [batch(40)]], packed);
    await rm(segmentPath(folder, numbers[1] ?? 0));
    const span = { fromMs: 10, toMs: 30 };
    expect([await missing(), await missing(12, 13), await missing(30, 35), await missing(0, 10)]).toEqual([
      ...[[span], [span], [span], [span]],
    ]);
    expect([await missing(0, 9), await missing(31, 99)]).toEqual([[], []]);
  });

  it("are those of a segment of which a batch is damaged, and of its neighbours", async () => {
    const numbers = await write([[batch(10)], [batch(20), batch(21)], [batch(30)], [batch(40)]]);
    const path = segmentPath(folder, numbers[1] ?? 0);
    const bytes = await readFile(path);
    bytes[3] = 0x21;
    await writeFile(path, bytes);
    const span = { fromMs: 20, toMs: 30 };
    expect([await missing(), await missing(25, 26), await missing(40, 50), await missing(0, 19)]).toEqual([
      ...[[span], [span], [], []],
    ]);
    await writeFile(path, Buffer.alloc(bytes.length));
    expect(await missing()).toEqual([{ fromMs: 10, toMs: 30 }]);
  });
});
