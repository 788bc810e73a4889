import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../../core/testing/runs.ts";
import { BESIDE_MS, ForwardPlacement, type Remembered, RememberingPlacement } from "./placement.ts";
import type { RowValues } from "./row-reading.ts";

const NOON = 1_700_000_000_000;
/** Rows that say one number of the field `f`. */
const row = (value: number): RowValues => [1, value];
const held = (value: number) => new Map([["f", String(value)]]);

function remembering(options: Partial<Remembered> = {}): RememberingPlacement {
  return new RememberingPlacement({
    span: { fromMs: NOON - 10_000, toMs: NOON + 10_000 },
    overlapMs: NOON + 5000,
    changedMs: 0,
    reportedMs: 0,
    says: (values) => held(Number(values[1])),
    ...options,
  });
}

describe("ForwardPlacement", () => {
  it("knows the times from the newest row on, wherever that has come to", () => {
    const placement = new ForwardPlacement(NOON);
    expect([NOON - 1, NOON, NOON + 1].map((ms) => placement.knows(ms))).toEqual([false, true, true]);
    placement.place(NOON + 5, "a");
    expect([NOON + 4, NOON + 5].map((ms) => placement.knows(ms))).toEqual([false, true]);
    placement.place(NOON + 3, "a");
    expect([NOON + 4, NOON + 5].map((ms) => placement.knows(ms))).toEqual([false, true]);
  });

  it("gives the k-th row of a time and key k milliseconds more", () => {
    const placement = new ForwardPlacement(NOON);
    const slots = [
      placement.place(NOON, "a"),
      placement.place(NOON, "a"),
      placement.place(NOON, "b"),
      placement.place(NOON, "a"),
      placement.place(NOON + 1, "a"),
      placement.place(NOON + 4, "a"),
      placement.place(NOON + 4, "b"),
    ];
    expect(slots.map((slot) => slot - NOON)).toEqual([0, 1, 0, 2, 3, 4, 4]);
  });
});

describe("RememberingPlacement", () => {
  it("knows its span, ends included", () => {
    const placement = remembering({ span: { fromMs: 10, toMs: 20 } });
    expect([9, 10, 20, 21].map((ms) => placement.knows(ms))).toEqual([false, true, true, false]);
  });

  it("recognises a row the journal holds, once", () => {
    const placement = remembering();
    placement.hold(NOON, "a", held(7));
    expect(placement.place(NOON, "a", row(7))).toEqual({ timeMs: NOON, fields: held(7) });
    expect(placement.place(NOON, "a", row(7))).toBe(NOON + 1);
  });

  it("does not take another key's row, or another value, for it", () => {
    const placement = remembering();
    placement.hold(NOON, "a", held(7));
    expect(placement.place(NOON, "b", row(7))).toBe(NOON);
    expect(placement.place(NOON, "a", row(8))).toBe(NOON + 1);
  });

  it("finds a row among those of its time behind one another, and not behind a hole", () => {
    const placement = remembering();
    placement.hold(NOON, "a", held(1));
    placement.hold(NOON + 1, "a", held(2));
    placement.hold(NOON + 3, "a", held(4));
    expect(placement.place(NOON, "a", row(2))).toMatchObject({ timeMs: NOON + 1 });
    expect(placement.place(NOON, "a", row(4))).toBe(NOON + 2);
  });

  it("compares rows up to the overlap only", () => {
    const placement = remembering({ overlapMs: NOON });
    placement.hold(NOON, "a", held(1));
    placement.hold(NOON + 1, "a", held(1));
    expect(placement.place(NOON + 1, "a", row(1))).toBe(NOON + 2);
    expect(placement.place(NOON, "a", row(1))).toMatchObject({ timeMs: NOON });
  });

  it("forgets what rows held beyond the overlap said, and keeps their places", () => {
    const placement = remembering({ overlapMs: NOON });
    for (let ms = 0; ms <= BESIDE_MS + 1; ms++) placement.hold(NOON + ms, "a", held(ms));
    expect(placement.place(NOON, "a", row(BESIDE_MS))).toMatchObject({ timeMs: NOON + BESIDE_MS });
    expect(placement.place(NOON, "a", row(BESIDE_MS + 1))).toBe(NOON + BESIDE_MS + 2);
  });

  it.each([
    [
      "up to the time of the change",
      NOON,
      {
        timeMs: NOON,
        fields: new Map([
          ["f", "1"],
          ["old", "9"],
        ]),
      },
    ],
    ["not after it", NOON - 1, NOON + 1],
  ])("recognises a row by the fields both sides have, %s", (_, changedMs, expected) => {
    const placement = remembering({ changedMs });
    placement.hold(
      NOON,
      "a",
      new Map([
        ["f", "1"],
        ["old", "9"],
      ]),
    );
    expect(placement.place(NOON, "a", row(1))).toEqual(expected);
  });

  it.each([
    [-BESIDE_MS, undefined],
    [-BESIDE_MS + 1, -BESIDE_MS + 1],
    [BESIDE_MS - 1, BESIDE_MS - 1],
    [BESIDE_MS, undefined],
  ])("recognises a row in what a report says, less than a second beside it: %i ms", (besideMs, foundMs) => {
    const placement = remembering({ reportedMs: NOON });
    placement.hold(NOON + besideMs, "a", held(1));
    const placed = placement.place(NOON, "a", row(1));
    if (foundMs === undefined) expect(placed).toBe(NOON);
    else expect(placed).toEqual({ timeMs: NOON + foundMs, fields: held(1) });
  });

  it("compares rows with reports up to the newest report only, and with those that say the same only", () => {
    const placement = remembering({ reportedMs: NOON });
    placement.hold(NOON + 500, "a", held(1));
    expect(placement.place(NOON + 1, "a", row(1))).toBe(NOON + 1);
    expect(placement.place(NOON, "a", row(2))).toBe(NOON);
    expect(placement.place(NOON, "a", row(1))).toMatchObject({ timeMs: NOON + 500 });
  });

  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom("a", "b")), { maxLength: 40 });

  it("gives every row of a key a place of its own, the first free one", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const placement = remembering({ overlapMs: 0 });
        const taken = new Set<string>();
        for (const [ms, key] of all) {
          let free = NOON + ms;
          while (taken.has(`${key} ${free}`)) free++;
          expect(placement.place(NOON + ms, key, row(1))).toBe(free);
          taken.add(`${key} ${free}`);
        }
      }),
      { numRuns: runs(30) },
    );
  });

  it("places rows whose times go forward as the placement without memory does", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const [forward, placement] = [new ForwardPlacement(NOON), remembering({ overlapMs: 0 })];
        for (const [ms, key] of all.toSorted(([a], [b]) => a - b)) {
          expect(placement.place(NOON + ms, key, row(1))).toBe(forward.place(NOON + ms, key));
        }
      }),
      { numRuns: runs(30) },
    );
  });

  it("recognises all rows of a second reading, whatever was placed", () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom("a", "b"), fc.nat({ max: 3 })));
    fc.assert(
      fc.property(values, (all) => {
        const [first, second] = [remembering({ overlapMs: 0 }), remembering()];
        for (const [ms, key, value] of all)
          second.hold(Number(first.place(NOON + ms, key, row(value))), key, held(value));
        for (const [ms, key, value] of all) {
          expect(second.place(NOON + ms, key, row(value))).toMatchObject({ fields: held(value) });
        }
      }),
      { numRuns: runs(30) },
    );
  });
});
