import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { segmentsToRemove } from "./retention.ts";

const DAY = 86_400_000;
const now = 1000 * DAY;
const segment = (number: number, ageDays: number, bytes = 10) => ({
  number,
  bytes,
  lineMs: now - ageDays * DAY,
  writtenMs: now - ageDays * DAY,
});

describe("segmentsToRemove()", () => {
  it("removes what is older than the days, oldest first, never the last", () => {
    const segments = [segment(0, 50), segment(10, 41), segment(20, 39), segment(30, 45)];
    expect(
      segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes: 1000 }, needed: undefined, nowMs: now }),
    ).toEqual([0, 10]);
    expect(
      segmentsToRemove([segment(0, 50)], { limits: { keepDays: 40, keepBytes: 1 }, needed: undefined, nowMs: now }),
    ).toEqual([]);
  });

  it("keeps what a sink still needs, until the bytes force it out", () => {
    const segments = [segment(0, 50), segment(10, 45), segment(20, 1)];
    const needed = { segment: 10, offset: 3 };
    expect(segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes: 1000 }, needed, nowMs: now })).toEqual([0]);
    expect(segmentsToRemove(segments, { limits: { keepDays: 40, keepBytes: 15 }, needed, nowMs: now })).toEqual([
      0, 10,
    ]);
  });

  it("always leaves at most the bytes, or the last segment alone", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 20 }), fc.nat(500), (sizes, keepBytes) => {
        const segments = sizes.map((bytes, i) => segment(i, 0, bytes));
        const going = segmentsToRemove(segments, {
          limits: { keepDays: 1, keepBytes },
          needed: { segment: 0, offset: 0 },
          nowMs: now,
        });
        const left = segments.filter(({ number }) => !going.includes(number));
        expect(left.at(-1)?.number).toBe(sizes.length - 1);
        const total = left.reduce((sum, { bytes }) => sum + bytes, 0);
        expect(total <= keepBytes || left.length === 1).toBe(true);
      }),
    );
  });
});
