import fc from "fast-check";
import { expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { fairShare } from "./stream-share.ts";

it("cuts the largest, and no more than needed", () => {
  expect(fairShare([90, 5, 30], 100)).toBe(65);
  expect(fairShare([90, 80, 30], 100)).toBe(35);
  expect(fairShare([90, 5], 100)).toBe(100);
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }), fc.nat(3000), (sizes, most) => {
      const cutTo = (share: number): number => sizes.reduce((sum, size) => sum + Math.min(size, share), 0);
      const share = fairShare(sizes, most);
      expect(cutTo(share)).toBeLessThanOrEqual(most);
      // one byte more for each would be too much, or nothing is cut
      expect(cutTo(share + 1) > most || cutTo(share) === cutTo(Number.MAX_SAFE_INTEGER)).toBe(true);
    }),
    { numRuns: runs(100) },
  );
});
