import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { parseJsonText } from "./json-text.ts";

const faultOf = (text: string): string => {
  try {
    parseJsonText(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

describe("parseJsonText()", () => {
  it("agrees with JSON.parse on every text, right or wrong", () => {
    const alphabet = fc.constantFrom(...'{}[]:,"\\u0019-+.eE tfnrl\n\t', "true", "null", '"a"', "1.5", "\u0001");
    const texts = fc.oneof(
      fc.array(alphabet, { maxLength: 12 }).map((parts) => parts.join("")),
      fc.json(),
      fc.tuple(fc.json(), fc.nat(), alphabet).map(([text, at, bit]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + bit + text.slice(place + 1);
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let right = true;
        try {
          JSON.parse(text);
        } catch {
          right = false;
        }
        expect(faultOf(text) === "").toBe(right);
        if (right) expect(parseJsonText(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: runs(600) },
    );
  });

  it.each([
    ["", "it is empty"],
    [" \n", "it is empty"],
    ['{"password":hunter2}', "line 1, column 13: expected a value: text in quotes"],
    ['{\n  "a": 1\n  "hunter2": 2\n}', 'line 3, column 3: expected "," or "}"'],
    ['{"a": "hunter2', "line 1, column 15: the text that begins before has no closing quote"],
    ['{"a": "hunter2\n"}', "line 1, column 15: a text must end on its line"],
    ['{"a": "hun\\qter2"}', "line 1, column 11: this is not an escape"],
    ['{"a": 1,}', "line 1, column 9: expected a key in quotes; no comma may follow the last entry"],
    ["{hunter2: 1}", 'line 1, column 2: expected a key in quotes or "}"'],
    ['{"a" "hunter2"}', 'line 1, column 6: expected ":" after the key'],
    ['{"a": 1} hunter2', "line 1, column 10: expected nothing more"],
    ['{"a": [1', "line 1, column 9: it ends too early"],
  ])("says of %j where it is wrong and repeats nothing of it", (text, said) => {
    expect(faultOf(text)).toContain(said);
    expect(faultOf(text)).not.toContain("hunter2");
  });

  it("refuses nesting that would overflow whatever walks the value", () => {
    expect(faultOf(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`)).toContain("nested deeper than 64 levels");
  });
});
