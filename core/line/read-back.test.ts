/** Every reader of lines gives back what `pointLine` wrote, and they agree with each other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs } from "../testing/runs.ts";
import { escapeMeasurement } from "./escape.ts";
import { FieldTable } from "./field-table.ts";
import { forEachLine, hasName, lineTime } from "./line-bytes.ts";
import { NumberReader } from "./number-reader.ts";
import { forEachField, parseLine, parseTags } from "./parse-line.ts";
import { type FieldValue, type Integer, type Point, pointLine } from "./point.ts";
import { measurementEnd, tagPairs, withoutTags } from "./tags.ts";

const few = fc.constantFrom("a", "b c", "d,e", "f=g", "ä", "bytes.fromcache.toclients", "x\\y", "#h");
const measurement = fc.constantFrom("m", "m_1h", "m n", "m,n", "ä");
const value: fc.Arbitrary<FieldValue> = fc.oneof(
  { weight: 4, arbitrary: fc.nat().map((integer) => ({ integer })) },
  fc.constantFrom(0, -1, 2 ** 53 - 1, -(2 ** 53) + 1).map((integer) => ({ integer })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((integer) => ({ integer })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((float) => ({ float })),
  fc.constantFrom('say "no" 1i,a=2i 3', "\\", 'end\\"', "# no mark", "7", "").map((text) => ({ text })),
  fc.boolean().map((flag) => ({ flag })),
);
const point: fc.Arbitrary<Point> = fc.record({
  measurement,
  tags: fc.dictionary(few, few, { maxKeys: 3 }),
  fields: fc.dictionary(few, value, { minKeys: 1, maxKeys: 5 }),
  timeMs: fc.oneof(fc.nat(), fc.constantFrom(0, -1, 1_767_222_000_000, -62_135_596_800_000)),
});
/** Points one after the other, some of them the same series again and again, with marks between. */
const points = fc
  .array(point, { maxLength: 12 })
  .chain((some) => fc.array(fc.constantFrom(...some, undefined), { maxLength: 30 }));

const textOf = (all: readonly (Point | undefined)[]): Buffer =>
  Buffer.from(all.map((each) => `${each === undefined ? '#commit 1 {"v":1,"lines":2}' : pointLine(each)}\n`).join(""));

/** One number of one line. */
type Read = readonly [key: string, timeMs: number, name: string, value: Integer];

/** What a line's numbers are: a field has the type of its first one, of another type it does not count. */
function expectedNumbers(all: readonly Point[]): Read[] {
  const floats = new Map<string, boolean>();
  return all.flatMap((each) => {
    const { measurement: name, tagText, fieldText, timeMs } = parseLine(pointLine(each)) ?? fail();
    const key = `${escapeMeasurement(name)}${tagText}`;
    const found: Read[] = [];
    forEachField(fieldText, (field, read) => {
      if (!("integer" in read || "float" in read)) return;
      const id = `${key} ${field}`;
      const isFloat = "float" in read;
      if (!floats.has(id)) floats.set(id, isFloat);
      if (floats.get(id) === isFloat) found.push([key, timeMs, field, isFloat ? read.float : read.integer]);
    });
    return found;
  });
}

function readNumbers(lines: Buffer): Read[] {
  const found: Read[] = [];
  const reader = new NumberReader((key) => ({ key, fields: new FieldTable() }));
  reader.read(lines, ({ key, fields }, values, timeMs) => {
    const name = (index: number): string => fields.names[index] ?? fail();
    for (let i = 0; i < values.count; i++) {
      found.push([key, timeMs, name(values.indexes[i] ?? -1), values.numbers[i] ?? Number.NaN]);
    }
    for (const [index, large] of values.large) found.push([key, timeMs, name(index), large]);
  });
  return found;
}

const sorted = (all: readonly Read[]): string[] => all.map((each) => each.map(String).join("|")).sort();

describe("readers of lines", () => {
  it("reads the numbers of every line as the plain reader does, whatever was seen before", () => {
    fc.assert(
      fc.property(points, (all) => {
        const some = all.filter((each) => each !== undefined);
        expect(sorted(readNumbers(textOf(all)))).toEqual(sorted(expectedNumbers(some)));
      }),
      { numRuns: runs(200) },
    );
  });

  it("finds lines, their measurement and their time in bytes", () => {
    fc.assert(
      fc.property(points, (all) => {
        const bytes = textOf(all);
        const found: unknown[] = [];
        const names = ["m", "m_1h", "m n", "m,n", "ä"];
        forEachLine(bytes, (start, end) => {
          const of = names.filter((name) => hasName(bytes, start, Buffer.from(escapeMeasurement(name))));
          found.push(bytes[start] === 0x23 ? undefined : [...of, lineTime(bytes, start, end)]);
        });
        expect(found).toEqual(all.map((each) => each && [each.measurement, each.timeMs]));
      }),
      { numRuns: runs(150) },
    );
  });

  it("cuts a key into its measurement and its tags, and leaves tags out", () => {
    fc.assert(
      fc.property(point, (each) => {
        const { measurement: name, tagText } = parseLine(pointLine(each)) ?? fail();
        const key = `${escapeMeasurement(name)}${tagText}`;
        expect(key.slice(measurementEnd(key))).toBe(tagText);
        expect(
          tagPairs(tagText)
            .map((pair) => `,${pair}`)
            .join(""),
        ).toBe(tagText);
        const { a: _, "b c": __, ...others } = { ...parseTags(tagText) };
        expect({ ...parseTags(withoutTags(tagText, ["a", "b c"])) }).toEqual(others);
      }),
    );
  });

  it("passes over what is not a line of ours, and reads on", () => {
    const good = "m,a=1 x=1i,y=2.5 1000\n";
    for (const bad of [
      "m\n",
      "m,a=1\n",
      "m,a=1 \n",
      "m,a=1 x\n",
      "m,a=1 x=1i\n",
      "m,a=1 x=1i \n",
      "m,a=1 x=1i 1e3\n",
      "\n",
      " \n",
      '"\n',
    ]) {
      const read = readNumbers(Buffer.from(`${good}${bad}${good}`));
      expect(sorted(read), bad).toEqual(sorted(readNumbers(Buffer.from(good + good))));
      expect(parseLine(bad.trimEnd()), bad).toBeUndefined();
    }
  });
});

function fail(): never {
  throw new Error("not a line");
}
