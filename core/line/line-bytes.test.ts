import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findNamed, forEachLine, hasName, NamedLines } from "./line-bytes.ts";

describe("NamedLines", () => {
  it("finds the lines of a name, and no others, whatever lies around them", () => {
    const line = fc.constantFrom(
      "a,b=1 c=1i 1",
      "a c=1i 2",
      "ab,c=1 a=1i 3",
      "b,x=a a=1i 4",
      "#commit {a,a }",
      "",
      "a",
      "a,",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, isEnded) => {
        const bytes = Buffer.from(lines.join("\n") + (isEnded ? "\n" : ""));
        const expected: number[] = [];
        forEachLine(bytes, (start) => {
          if (hasName(bytes, start, Buffer.from("a"))) expected.push(start);
        });
        const found: number[] = [];
        const named = new NamedLines("a");
        for (let at = named.next(bytes, 0); at < bytes.length; at = named.next(bytes, bytes.indexOf("\n", at) + 1)) {
          found.push(at);
          if (bytes.indexOf("\n", at) < 0) break;
        }
        expect(found).toEqual(expected);
        const [other, same] = findNamed(bytes, ["ab", "a"]);
        // as often as somebody wants them
        for (let pass = 0; pass < 2; pass++) {
          const again: number[] = [];
          for (let at = same?.next(bytes, 0) ?? 0; at < bytes.length; at = same?.next(bytes, at + 1) ?? 0) {
            again.push(at);
          }
          expect(again).toEqual(expected);
        }
        expect(other?.next(bytes, 0)).toBe(new NamedLines("ab").next(bytes, 0));
      }),
    );
  });
});
