import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { table } from "../../cli/table.ts";
import { columnsOf, cutTo, fillTo, flow } from "./columns.ts";

const text = fc.string({ unit: fc.constantFrom("a", "é", "e\u0301", "東", "京", "👩‍🏫", "ü", "-", " ", "한") });

describe("columns of a terminal", () => {
  it("counts wide letters twice and accents not at all", () => {
    expect(columnsOf("abc")).toBe(3);
    expect(columnsOf("東京")).toBe(4);
    expect(columnsOf("e\u0301")).toBe(1);
    expect(columnsOf("👩‍🏫")).toBe(2);
    expect(columnsOf("\u001b[32mgo\u001b[0m")).toBe(2);
  });

  it("counts every letter as the library does, also those it does not ask about", () => {
    // eight at a time: the library takes its time over each text
    const texts = Array.from({ length: 0x2600 / 8 }, (_, n) =>
      Array.from({ length: 8 }, (_, i) => `a${String.fromCharCode(8 * n + i)}b`).join(""),
    );
    const others = texts.filter((letters) => columnsOf(letters) !== stringWidth(letters));
    expect(others).toEqual([]);
  });

  it("cuts and fills to a width, and no letter in two", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (value, columns) => {
        const cut = cutTo(value, columns);
        expect(columnsOf(cut)).toBeLessThanOrEqual(columns);
        if (columnsOf(value) <= columns) expect(cut).toBe(value);
        expect(cut).not.toMatch(/(^|…)[\u0301\u200d]/);
        expect(columnsOf(fillTo(cut, columns))).toBe(columns);
        expect(fillTo(cut, columns, "right").endsWith(cut)).toBe(true);
      }),
    );
    expect(cutTo("abcdefghij", 5)).toBe("ab…ij");
  });

  it("aligns a table whatever the names are written in", () => {
    const rows = ["Büro", "東京の学校", "é", "👩‍🏫 room"];
    const lines = table(rows, [
      { title: "cache", value: (row) => row },
      { title: "files", value: () => "7", align: "right" },
    ]).split("\n");
    expect(new Set(lines.map(columnsOf)).size).toBe(1);
  });

  it("breaks lines where they are full", () => {
    expect(flow(["東京", "ab", "c"], " ", 7)).toEqual(["東京 ab", "c"]);
  });
});
