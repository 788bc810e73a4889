import { describe, expect, it } from "vitest";
import type { Json } from "./commit.ts";
import { asCount, asList, asObject, asText } from "./json-parts.ts";

const VALUES: readonly (Json | undefined)[] = [
  undefined,
  null,
  true,
  0,
  7,
  -1,
  0.5,
  2 ** 53,
  "7",
  "",
  [],
  [1],
  {},
  { a: 1 },
];
const OBJECT = { a: 1 };

describe("parts of a cursor", () => {
  it("are taken as what they are, and are missing where they are of another type", () => {
    expect(VALUES.filter((each) => asObject(each) !== undefined)).toEqual([{}, OBJECT]);
    expect(asObject(OBJECT)).toBe(OBJECT);
    expect(VALUES.map(asList).filter((each) => each.length > 0)).toEqual([[1]]);
    expect(VALUES.map(asCount).filter((each) => each !== undefined)).toEqual([0, 7]);
    expect(VALUES.map(asText).filter((each) => each !== undefined)).toEqual(["7", ""]);
  });
});
