import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { commitLine } from "./commit.ts";
import { committedEnd, endRoom } from "./committed-end.ts";
import { inMemory, segmentOf } from "./testing/written-segments.ts";

/** Segments are looked through in steps of this size. */
const STEP = 256 * 1024;

function batch(count: number): Buffer {
  const lines = Buffer.from(Array.from({ length: count }, (_, i) => `m,server=a v=${i}i ${1_000_000 + i}\n`).join(""));
  return Buffer.concat([lines, Buffer.from(commitLine(lines, { lines: count, at: 1, span: undefined, cursors: {} }))]);
}

async function endOf(bytes: Buffer): Promise<number> {
  return (await committedEnd(inMemory(bytes))).offset;
}

describe("committedEnd()", () => {
  it("looks at every byte of a batch that is read in many steps", async () => {
    const before = batch(2).length;
    const whole = Buffer.concat([batch(2), batch(40_000)]);
    expect(whole.length).toBeGreaterThan(4 * STEP);
    expect(await endOf(whole)).toBe(whole.length);
    for (const at of [before, before + STEP, before + 2 * STEP + 1, whole.lastIndexOf("#commit ") - 2]) {
      const changed = Buffer.from(whole);
      changed[at] = (whole[at] ?? 0) ^ 1;
      expect(await endOf(changed)).toBe(before);
    }
  });

  it("finds a mark that lies across two steps, before bytes that were never committed", async () => {
    const whole = batch(3);
    const markBytes = whole.length - whole.lastIndexOf("#commit ");
    for (const within of [1, 5, markBytes - 1, markBytes, markBytes + 1]) {
      expect(await endOf(Buffer.concat([whole, Buffer.alloc(STEP - within, "x")]))).toBe(whole.length);
    }
  });

  it("is that of the last batch of which all is there, whatever follows, and says what its mark says", async () => {
    const batches = fc.array(fc.record({ at: fc.nat(), count: fc.nat(3) }), { maxLength: 5 });
    const noise = fc.oneof(
      fc.constantFrom("", "#commit ", "\n#commit \n", "#commit 1 {}\n", "m v=1i 5\n", 'x#commit 0 {"v":1}\n'),
      fc.string(),
    );
    const room = endRoom();
    await fc.assert(
      fc.asyncProperty(batches, noise, fc.nat(400), async (said, after, cut) => {
        const made = said.map(({ at, count }, i) => ({
          at,
          lines: Array.from({ length: count }, (_, n) => `m v=${n}i ${i}`),
          cursors: { i },
        }));
        const ends = made.map((_, i) => segmentOf(made.slice(0, i + 1)).length);
        const whole = segmentOf(made);
        const left = whole.subarray(0, Math.max(0, whole.length - cut));
        const index = ends.findLastIndex((end) => end <= left.length);
        const last = made[index];
        const found = await committedEnd(inMemory(Buffer.concat([left, Buffer.from(after)])), room);
        expect(found.offset).toBe(ends[index] ?? 0);
        expect(found.commit?.at).toBe(last?.at);
        expect(found.commit?.cursors).toEqual(last?.cursors);
      }),
      { numRuns: runs(60) },
    );
  });

  it("takes no line that only ends like a mark, where a step begins in the middle of it", async () => {
    const half = Buffer.from("m v=1i 5");
    const mark = Buffer.from(commitLine(half, { lines: 1, at: 1, span: undefined, cursors: {} }));
    expect(await endOf(Buffer.concat([half, mark, Buffer.alloc(STEP - mark.length, "x")]))).toBe(0);
  });

  it("is nowhere in a mark whose batch would begin before the segment, or that a line only holds", async () => {
    const whole = batch(2);
    expect(await endOf(whole.subarray(1))).toBe(0);
    expect(await endOf(Buffer.concat([Buffer.from("x"), Buffer.from(batch(0))]))).toBe(0);
  });
});
