import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWindow, windowAt } from "./window.ts";

const at = (hour: number, minute = 0, day = 14): number => new Date(2026, 8, day, hour, minute).getTime();
const open = (text: string, nowMs: number): number | string => {
  const window = parseWindow(text);
  if (window === undefined) throw new Error(`no window: ${text}`);
  const found = windowAt(window, nowMs);
  return found.open ? found.endMs : found.why;
};

describe("a window", () => {
  it("that says only its end reaches back half a day", () => {
    expect(open("06:00", at(1))).toBe(at(6));
    expect(open("06:00", at(18))).toBe(at(6, 0, 15));
    expect(open("06:00", at(6, 5))).toMatch(/^too late: .*more than 12 hours away/);
    expect(open("06:00", at(8, 10))).toMatch(/^too late: .*more than 12 hours away/);
    expect(open("06:00", at(17, 59))).toMatch(/^too late: .*more than 12 hours away/);
  });

  it("with its beginning is open from there to its end, also over midnight", () => {
    expect(open("22:00-06:00", at(22))).toBe(at(6, 0, 15));
    expect(open("22:00-06:00", at(3))).toBe(at(6));
    expect(open("22:00-06:00", at(21, 59))).toBe("outside its hours, 22:00 to 06:00");
    expect(open("22:00-06:00", at(6))).toBe("outside its hours, 22:00 to 06:00");
    expect(open("9:00 - 17:30", at(12))).toBe(at(17, 30));
    expect(open("9:00-17:30", at(8))).toMatch(/outside/);
    expect(open("06:00-05:00", at(12))).toBe(at(5, 0, 15));
  });

  it("is not just any text", () => {
    for (const text of ["", "6", "25:00", "06:00-", "06:00-06:00", "6:00-06:00", "1:00-2:00-3:00"]) {
      expect(parseWindow(text)).toBeUndefined();
    }
  });

  it("never ends in the past, nor more than a day away", () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${h}:${String(m).padStart(2, "0")}`);
    fc.assert(
      fc.property(
        time,
        fc.option(time, { nil: undefined }),
        fc.integer({ min: at(0, 0, 1), max: at(0, 0, 400) }),
        (until, from, nowMs) => {
          const window = parseWindow(from === undefined ? until : `${from}-${until}`);
          if (window === undefined) return;
          const found = windowAt(window, nowMs);
          if (!found.open) return;
          expect(found.endMs).toBeGreaterThan(nowMs);
          expect(found.endMs - nowMs).toBeLessThanOrEqual(25 * 3_600_000);
        },
      ),
    );
  });
});
