import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MEASUREMENTS } from "../schema.ts";
import { runs } from "../testing/runs.ts";
import { EVERY_NAME, mayHold, NameCollector } from "./name-set.ts";

const name = fc.stringMatching(/^[a-z_0-9]{1,30}$/);

describe("the names of a segment", () => {
  it("are all known, wherever the content is cut", () => {
    const line = fc.tuple(name, fc.constantFrom("", ",server=c x=1i 1", " x=1i 1", ',a=b t="x y\\"z" 1'));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (lines, step) => {
        const text = Buffer.from(lines.map(([first, rest]) => `${first}${rest}\n# mark\n`).join(""));
        const names = new NameCollector();
        for (let at = 0; at < text.length; at += step) names.add(text.subarray(at, at + step));
        for (const [first] of lines) expect(mayHold(names.set, first)).toBe(true);
      }),
      { numRuns: runs(50) },
    );
  });

  it("are known of each part in which a line has a byte, or the newline before it, and no others", () => {
    const bits = (text: string) => {
      const names = new NameCollector();
      names.add(Buffer.from(text));
      return names.set;
    };
    const line = fc.oneof(
      fc.tuple(name, fc.constantFrom(",server=c x=1i 1", " x=1i 1", "")).map((parts) => parts.join("")),
      fc.constantFrom("#commit 1 {}", "", "a\\ b,c=d x=1i 1"),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        (lines, size, step) => {
          const text = Buffer.from(lines.map((each) => `${each}\n`).join(""));
          const names = new NameCollector(size);
          for (let at = 0; at < text.length; at += step) names.add(text.subarray(at, at + step));
          const parts: bigint[] = Array.from({ length: Math.ceil(text.length / size) }, () => 0n);
          let start = 0;
          for (const each of lines) {
            const end = start + each.length;
            const own = each.startsWith("#") ? 0n : bits(`${each}\n`);
            for (let byte = Math.max(0, start - 1); byte <= end; byte++) parts[Math.floor(byte / size)]! |= own;
            start = end + 1;
          }
          expect(Array.from(parts, (_, i) => names.parts[i] ?? 0n)).toEqual(parts);
          expect(names.parts.length).toBeLessThanOrEqual(parts.length);
          expect(names.set).toBe(parts.reduce((all, part) => all | part, 0n));
        },
      ),
      { numRuns: runs(40) },
    );
    expect(bits("a\\ b,c=d x=1i 1\n")).toBe(EVERY_NAME);
    expect(bits("# a,c=d x=1i 1\n")).toBe(0n);
  });

  it("hold no event where a cache wrote everything but one", () => {
    const names = new NameCollector();
    for (const { name: measurement } of MEASUREMENTS) {
      if (measurement !== "events") names.add(Buffer.from(`${measurement},server=c x=1i 1\n`));
    }
    expect(mayHold(names.set, "events")).toBe(false);
    expect(mayHold(names.set, "bytestoclients")).toBe(true);
  });

  it("tell the days of roll-ups from their hours", () => {
    const names = new NameCollector();
    const rolled = MEASUREMENTS.filter(({ rollup }) => rollup).map(({ name: measurement }) => measurement);
    for (const measurement of rolled) names.add(Buffer.from(`${measurement}_1h,server=c x=1i 1\n`));
    expect(rolled.filter((measurement) => mayHold(names.set, `${measurement}_1d`))).toEqual([]);
  });

  it("are not in an empty segment", () => {
    expect(mayHold(new NameCollector().set, "events")).toBe(false);
  });
});
