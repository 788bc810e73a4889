import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../../core/testing/runs.ts";
import { RollupLines } from "./rollup-lines.ts";

describe("RollupLines", () => {
  it("gives the lines that were added since it began, as bytes, with their span", () => {
    const text = fc
      .tuple(fc.string({ unit: "grapheme", maxLength: 20 }), fc.nat(4_000))
      .map(([some, n]) => some.repeat(n));
    const points = fc.array(fc.tuple(text, fc.integer()), { maxLength: 8 });
    const lines = new RollupLines();
    const property = fc.property(points, (added) => {
      lines.clear();
      for (const [point, ms] of added) lines.add(point, ms);
      const { batch } = lines;
      const whole = added.map(([point, ms]) => `${point} ${ms}\n`).join("");
      expect(Buffer.compare(batch.lines, Buffer.from(whole, "utf8"))).toBe(0);
      expect(batch.lineCount).toBe(added.length);
      const times = added.map(([, ms]) => ms);
      const span = added.length === 0 ? undefined : { fromMs: Math.min(...times), toMs: Math.max(...times) };
      expect(batch.span).toEqual(span);
    });
    fc.assert(property, { numRuns: runs(50) });
  });
});
