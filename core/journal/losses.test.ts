import { describe, expect, it } from "vitest";
import { type KnownSegment, lossesOf } from "./losses.ts";
import { EMPTY_MAP, type SegmentMap } from "./segment-scan.ts";

const ALWAYS = { fromMs: -8.64e15, toMs: 8.64e15 };
const segment = (number: number, map: Partial<SegmentMap>): KnownSegment => ({ number, map: { ...EMPTY_MAP, ...map } });
const written = (at: number, fromMs: number, toMs: number) => ({ at, span: { fromMs, toMs } });

describe("lossesOf()", () => {
  const whole = segment(100, { size: 50, end: 50, firstMs: 10, commit: written(20, 1, 5) });

  it("finds nothing where the next begins where one ends, nor at the end of the last", () => {
    expect(lossesOf(whole, segment(150, { size: 9, end: 9 }), undefined)).toEqual([]);
    expect(lossesOf(whole, undefined, undefined)).toEqual([]);
    expect(lossesOf(segment(100, { size: 50, end: 40 }), undefined, undefined)).toEqual([]);
  });

  it("finds a hole in the names, written between the batches around it", () => {
    const next = segment(160, { size: 9, end: 9, firstMs: 30, commit: written(40, 7, 8) });
    expect(lossesOf(whole, next, { fromMs: 0, toMs: 0 })).toEqual([
      {
        ...{ kind: "missing", segment: 100, offset: 50, bytes: 10, batches: undefined },
        ...{ writtenAfterMs: 20, writtenBeforeMs: 30, span: { fromMs: 1, toMs: 8 } },
      },
    ]);
  });

  it("finds what changed within, and at the end of a segment that is not the last", () => {
    const damaged = segment(100, {
      size: 50,
      end: 40,
      commit: written(20, 1, 5),
      damage: [{ from: 3, to: 9, batches: 2, afterMs: 11, beforeMs: 12 }],
    });
    expect(lossesOf(damaged, segment(150, { firstMs: 30 }), undefined)).toEqual([
      {
        ...{ kind: "changed", segment: 100, offset: 3, bytes: 6, batches: 2 },
        ...{ writtenAfterMs: 11, writtenBeforeMs: 12, span: { fromMs: 1, toMs: 5 } },
      },
      {
        ...{ kind: "changed", segment: 100, offset: 40, bytes: 10, batches: 1 },
        ...{ writtenAfterMs: 20, writtenBeforeMs: 30, span: { fromMs: 1, toMs: 5 } },
      },
    ]);
  });

  it("finds a committed batch at the very end that changed, by its mark", () => {
    const cut = segment(100, { size: 50, end: 40, commit: written(20, 1, 5), marksAfterEnd: 3 });
    expect(lossesOf(cut, undefined, undefined)).toMatchObject([
      { offset: 40, bytes: 10, batches: 3, writtenBeforeMs: undefined },
    ]);
    expect(lossesOf(segment(100, { size: 40, end: 40, marksAfterEnd: 3 }), undefined, undefined)).toEqual([]);
  });

  it("knows the times of lines from the segments around, or not at all", () => {
    const nothing = segment(100, { size: 50, end: 0 });
    const spanOf = (next: KnownSegment, before?: { fromMs: number; toMs: number }) =>
      lossesOf(nothing, next, before)[0]?.span;
    expect(spanOf(segment(150, {}))).toEqual(ALWAYS);
    expect(spanOf(segment(150, {}), { fromMs: 2, toMs: 3 })).toEqual({ fromMs: 2, toMs: 3 });
    expect(spanOf(segment(150, { commit: written(40, 7, 8) }), { fromMs: 2, toMs: 3 })).toEqual({ fromMs: 2, toMs: 8 });
    expect(spanOf(segment(150, { commit: written(40, 7, 8) }))).toEqual({ fromMs: 7, toMs: 8 });
  });
});
