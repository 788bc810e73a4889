import { describe, expect, it } from "vitest";
import { type AlreadyHeld, isSameRow, recognise } from "./recognise.ts";

const at = (timeMs: number, fields: Record<string, string>): AlreadyHeld => ({
  timeMs,
  fields: new Map(Object.entries(fields)),
});
const said = (fields: Record<string, string | undefined>) => new Map(Object.entries(fields));

describe("recognise()", () => {
  const candidates = [at(1, { a: "1", b: "2" }), at(2, { a: "1" }), at(3, { a: "1", b: "3" })];

  it.each([
    ["the first of the same fields and values", { a: "1", b: "3" }, 3],
    ["one where a column holds no number", { a: "1", b: undefined }, 2],
    ["none of another value", { a: "1", b: "4" }, undefined],
    ["none with a field less", { b: "2" }, undefined],
    ["none with a field more", { a: "1", b: "2", c: "0" }, undefined],
  ])("finds %s while the columns stay as they are", (_, fields, expected) => {
    expect(recognise(said(fields), candidates, false)?.timeMs).toBe(expected);
  });

  it("prefers the same row to one that shares more fields, where columns have changed", () => {
    expect(recognise(said({ a: "1" }), candidates, true)?.timeMs).toBe(2);
  });

  it.each([
    ["the one with most fields in common", { a: "1", b: "3", c: "5" }, 3],
    ["the first of those that have as many", { a: "1", c: "5" }, 1],
    ["none that differs in a field both have", { a: "2", b: "2", c: "5" }, undefined],
    ["none where nothing is in common and there are several of the time", { c: "5" }, undefined],
  ])("finds %s where columns have changed", (_, fields, expected) => {
    expect(recognise(said(fields), candidates, true)?.timeMs).toBe(expected);
  });

  it("decides by the time alone where no field is left to compare and one row has that time", () => {
    const [only] = candidates;
    expect(recognise(said({ c: "5" }), [only!], true)).toBe(only);
    expect(recognise(said({ c: "5" }), [only!], false)).toBeUndefined();
    expect(recognise(said({ b: undefined, c: "5" }), [only!], true)).toBeUndefined();
    expect(recognise(said({ c: "5" }), [], true)).toBeUndefined();
  });
});

describe("isSameRow()", () => {
  it.each([
    ["every field both have", { a: "1", b: "2" }, { a: "1", c: "3" }, true],
    ["one of them differs", { a: "1", b: "2" }, { a: "1", b: "3" }, false],
    ["no field in common", { a: "1" }, { b: "1" }, false],
    ["a column without a number", { a: undefined }, { a: "1" }, false],
  ])("says whether two agree: %s", (_, fields, held, same) => {
    expect(isSameRow(said(fields), new Map(Object.entries(held)))).toBe(same);
  });
});
