import { describe, expect, it } from "vitest";
import { firesFrom, isReached, levelOf, THRESHOLDS, type Threshold } from "./thresholds.ts";

const all: [string, Threshold][] = Object.entries(THRESHOLDS);

describe("levelOf()", () => {
  it.each(all)("calls what equals a limit of %s reached, and trouble never less than watch", (_, threshold) => {
    const { watch, trouble, below } = threshold;
    const step = below === true ? -0.001 : 0;
    expect(levelOf(threshold, watch + step)).toBe(trouble === watch ? "trouble" : "watch");
    expect(levelOf(threshold, watch + (below === true ? 0 : -0.001))).toBe("fine");
    if (trouble === undefined) return;
    expect(levelOf(threshold, trouble + step)).toBe("trouble");
    expect(isReached(threshold, watch, trouble + step)).toBe(true);
  });

  it("knows nothing worse than watch where nobody has to act", () => {
    expect(levelOf(THRESHOLDS.statusSeconds, Number.POSITIVE_INFINITY)).toBe("watch");
  });
});

describe("firesFrom()", () => {
  it("is where somebody has to act, or to look where nothing is worse", () => {
    expect(firesFrom({ watch: 1, trouble: 2 })).toBe(2);
    expect(firesFrom({ watch: 1 })).toBe(1);
  });
});
