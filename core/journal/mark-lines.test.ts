import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { MarkLines, SegmentWindow } from "./mark-lines.ts";
import type { SegmentContent } from "./segment-content.ts";
import { inMemory } from "./testing/written-segments.ts";

interface FoundMark {
  readonly start: number;
  readonly end: number;
  readonly line: string;
  readonly base: number;
  readonly crc: number;
}

/** All marks behind a place, in a window that reads so many bytes at a step. */
async function marksOf(content: SegmentContent, from: number, step: number): Promise<FoundMark[]> {
  const window = new SegmentWindow(content, from, step);
  const marks = new MarkLines(window, from);
  const found: FoundMark[] = [];
  do {
    for (let mark = marks.next(); mark !== undefined; mark = marks.next()) {
      found.push({ ...mark, line: mark.line.toString("latin1") });
    }
  } while (await window.advance(marks.keepFrom));
  return found;
}

/** The same line by line. */
function expected(bytes: Buffer, from: number): FoundMark[] {
  const found: FoundMark[] = [];
  let base = from;
  for (
    let start = from, end = bytes.indexOf("\n", start);
    end >= 0;
    start = end + 1, end = bytes.indexOf("\n", start)
  ) {
    const line = bytes.toString("latin1", start, end);
    if (!line.startsWith("#commit ")) continue;
    found.push({ start, end: end + 1, line, base, crc: crc32(bytes.subarray(base, start)) });
    base = end + 1;
  }
  return found;
}

const piece = fc.oneof(
  fc.constantFrom("#commit 1 {}\n", "#commit \n", "m v=1i 5\n", "\n", "x#commit 2\n", "#commit 3 #commit 4\n"),
  fc.constantFrom("#commit ", "#comm", "\n", "m v="),
);

it("marks are the lines that begin like one, with what lies before each, however few bytes are read at a step", async () => {
  const pieces = fc.array(piece, { maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat(40), fc.integer({ min: 1, max: 70 }), async (parts, place, step) => {
      const bytes = Buffer.from(parts.join(""));
      const from = Math.min(place, bytes.length);
      const marks = expected(bytes, from);
      expect(await marksOf(inMemory(bytes), from, step)).toEqual(marks);
      // what lies in memory is not read
      const read = () => expect.unreachable();
      expect(await marksOf({ ...inMemory(bytes), bytes, read }, from, step)).toEqual(marks);
    }),
    { numRuns: runs(60) },
  );
});

it("a window ends where the segment has become shorter", async () => {
  const bytes = Buffer.from("#commit 1 {}\nm v=1i 5\n#commit 2 {}\n");
  const shorter = { ...inMemory(bytes.subarray(0, 20)), size: bytes.length };
  expect((await marksOf(shorter, 0, 16)).map(({ line }) => line)).toEqual(["#commit 1 {}"]);
});
