import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText, findDelimiter, readRecord, separatorLine, splitLines } from "./csv.ts";
import { csvField } from "./csv-cell.ts";
import { runs } from "./testing/runs.ts";

/** Every record of a text, or the faults in it. */
function readAll(text: string, delimiter: "," | ";" = ",") {
  const lines = splitLines(text);
  const records: (string | readonly string[])[] = [];
  for (let index = 0; index < lines.length; ) {
    const record = readRecord(lines, index, delimiter);
    records.push("problem" in record ? `${index + 1}: ${record.problem}` : record.fields.map((field) => field.text));
    index = "problem" in record ? index + 1 : record.next;
  }
  return records;
}

describe("readRecord()", () => {
  it("reads back whatever was written, fields quoted or not", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "\u00e9", '"', ",", ";", "\n", " ", "#"), maxLength: 6 });
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.boolean(), (written, all) => {
        const cell = (text: string) => (all ? `"${text.replaceAll('"', '""')}"` : csvField(text));
        const text = written.map((row) => row.map(cell).join(",")).join("\n");
        expect(readAll(text)).toEqual(written);
      }),
    );
  });

  it("knows quoted fields, and takes a quote inside a bare one for text", () => {
    const record = readRecord(['  "a, b" , 5" screen ,"x""y"'], 0, ",");
    expect(record).toEqual({
      fields: [
        { text: "a, b", quoted: true },
        { text: '5" screen', quoted: false },
        { text: 'x"y', quoted: true },
      ],
      next: 1,
    });
  });

  it("goes on after a fault with the next line", () => {
    expect(readAll('a,b\n"never closed,c\nd,e\n"f"g,h\ni,j')).toEqual([
      ["a", "b"],
      "2: text follows a closing quote",
      ["d", "e"],
      "4: text follows a closing quote",
      ["i", "j"],
    ]);
    expect(readAll('a,b\n"never closed,c\nd,e')).toEqual([
      ["a", "b"],
      "2: a quote is opened and never closed",
      ["d", "e"],
    ]);
    expect(readAll(`a\n${"x".repeat(20_000)}\nb`)).toEqual([
      ["a"],
      expect.stringContaining("2: the line is longer"),
      ["b"],
    ]);
  });

  it("never fails, whatever the text is", () => {
    const text = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", " ", "\0", "\t"), maxLength: 40 });
    fc.assert(fc.property(text, (any) => void readAll(any)));
  });
});

it("lines, delimiter and encoding are found as spreadsheets write them", () => {
  expect(splitLines("\ufeffa\rb\r\nc\n\nd")).toEqual(["a", "b", "c", "", "d"]);
  expect([findDelimiter(["a;b", "c,d;e"]), findDelimiter(["a", "b"]), findDelimiter(["sep=\t", "a;b"])]).toEqual([
    ";",
    ",",
    "\t",
  ]);
  expect([separatorLine('"sep=;"'), separatorLine("sep=|"), separatorLine("sep=|", ["|"]), separatorLine("x")]).toEqual(
    [";", undefined, "|", undefined],
  );
  expect(findDelimiter(["a|b", "c|d"], [",", "|"])).toBe("|");
  const utf16 = Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from("\u00fc", "utf16le").swap16()]);
  expect([decodeText(utf16), decodeText(Buffer.from([0xfc]))]).toEqual(["\u00fc", "\ufffd"]);
});

it("finds the end of a record where csv-parse does, whatever lies around the quotes", () => {
  const piece = fc.constantFrom('"', '""', ";", " ", "\n", "a", "\t", "\f");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const lines = splitLines(`x${pieces.join("")}`.slice(1));
      const record = readRecord(lines, 0, ";");
      const first = lines[0] ?? "";
      if (first.trim() === "" || !first.includes('"')) return;
      // csv-parse lets a second pair of quotes follow an empty one
      if (/""\s+"/.test(lines.join("\n"))) return;
      const options = { delimiter: ";", trim: true, record_delimiter: "\n", to: 1, raw: true, cast: false };
      const read = (relax_quotes: boolean) =>
        parse(lines.join("\n"), { ...options, relax_quotes }) as unknown as { record: string[]; raw: string }[];
      let found: ReturnType<typeof read> | string;
      try {
        found = read(false);
      } catch (error) {
        found = String((error as { code?: unknown }).code);
      }
      try {
        if (found === "INVALID_OPENING_QUOTE") found = read(true);
      } catch (error) {
        found = String((error as { code?: unknown }).code);
      }
      if (typeof found === "string") expect(record).toHaveProperty("problem");
      else {
        expect(record).toMatchObject({
          fields: (found[0]?.record ?? []).map((text) => ({ text })),
          next: (found[0]?.raw ?? "").replace(/\n$/, "").split("\n").length,
        });
      }
    }),
    { numRuns: runs(250) },
  );
});
