import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { forEachField, type LineValue, parseLine, parseTags } from "./parse-line.ts";
import { type FieldValue, pointLine, tagText } from "./point.ts";

const word = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
const field: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((integer) => ({ integer })),
  fc.maxSafeInteger().map((integer) => ({ integer })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((float) => ({ float })),
  fc.string({ unit: "binary", maxLength: 20 }).map((text) => ({ text })),
  fc.boolean().map((flag) => ({ flag })),
);

/** What is left of a name when nothing may read as an escape. */
const kept = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the same characters the encoder removes
  text.replaceAll(/[\u0000-\u001f\u007f]/g, " ").replaceAll(/\\+(?=[,= ]|$)/g, "");

describe("pointLine()", () => {
  it("writes the form InfluxDB reads", () => {
    const line = pointLine({
      measurement: "bytes to,clients",
      tags: { site_name: "Hill, School = 1", region: "N", empty: "" },
      fields: {
        "bytes.fromcache.toclients": { integer: 907 },
        share: { float: 1 },
        ok: { flag: true },
        t: { text: 'a "b" \\\nc' },
      },
      timeMs: 1_487_115_473_000,
    });
    expect(line).toBe(
      'bytes\\ to\\,clients,region=N,site_name=Hill\\,\\ School\\ \\=\\ 1 bytes.fromcache.toclients=907i,share=1,ok=true,t="a \\"b\\" \\\\ c" 1487115473000',
    );
  });

  it("refuses what has no form", () => {
    const point = (value: FieldValue) => ({ measurement: "m", tags: {}, fields: { a: value }, timeMs: 1 });
    for (const integer of [1.5, 2 ** 53, Number.NaN, 2n ** 63n])
      expect(() => pointLine(point({ integer }))).toThrow(/Cannot write/);
    expect(() => pointLine(point({ float: Number.NaN }))).toThrow(/Cannot write/);
    expect(() => pointLine({ measurement: "m", tags: {}, fields: {}, timeMs: 1 })).toThrow(/no field/);
  });

  it("is read back as it was, whatever the names and values", () => {
    fc.assert(
      fc.property(
        word,
        fc.dictionary(word, word, { maxKeys: 4 }),
        fc.dictionary(word, field, { minKeys: 1, maxKeys: 4 }),
        fc.nat(),
        (measurement, tags, fields, timeMs) => {
          const name = kept(measurement);
          const names = Object.keys(fields).map(kept);
          fc.pre(
            name !== "" &&
              !name.startsWith("#") &&
              names.every((key) => key !== "") &&
              new Set(names).size === names.length,
          );
          const line = pointLine({ measurement, tags, fields, timeMs });
          expect(line).not.toMatch(/[\n\r]/);
          const parsed = parseLine(line);
          expect(parsed).toMatchObject({ measurement: name, timeMs });
          const wanted = new Map<string, string>();
          for (const key of Object.keys(tags).sort())
            if (kept(key) !== "" && kept(tags[key] ?? "") !== "") wanted.set(kept(key), kept(tags[key] ?? ""));
          expect(new Map(Object.entries(parseTags(parsed?.tagText ?? "")))).toEqual(wanted);
          const found = new Map<string, LineValue>();
          forEachField(parsed?.fieldText ?? "", (key, value) => found.set(key, value));
          expect([...found.keys()]).toEqual(names);
          for (const [key, value] of Object.entries(fields)) expect(found.get(kept(key))).toEqual(expectedValue(value));
        },
      ),
      { numRuns: runs(250) },
    );
  });
});

function expectedValue(value: FieldValue): LineValue {
  if ("integer" in value) {
    const near = Number(value.integer);
    return { integer: Number.isSafeInteger(near) ? near : BigInt(value.integer) };
  }
  if ("text" in value) return { text: value.text.replaceAll(/\r?\n|\r/g, " ") };
  if ("float" in value) return { float: value.float === 0 ? 0 : value.float };
  return value;
}

describe("tagText()", () => {
  it("sorts keys and leaves empty values out", () => {
    expect(tagText({ b: "2", a: "1", c: "" })).toBe(",a=1,b=2");
  });
});
