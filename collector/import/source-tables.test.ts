import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forEachField, parseLine, tagText } from "../../core/line/line.ts";
import { fieldSchema } from "../../core/schema.ts";
import { runs } from "../../core/testing/runs.ts";
import { PIPELINE } from "../../fixtures/logstash/logstash.ts";
import { ZMETRIC_PLACES } from "../mapping/mapping.ts";
import { namesOf } from "./cache-names.ts";
import { HeldTimes, isHeld } from "./held-times.ts";
import { countOf, lineOf, pointReader } from "./source-points.ts";
import { type FieldKey, placeOfField, sourceTables } from "./source-tables.ts";

const keysOf = (measurement: string, fields: readonly string[], type = "integer"): FieldKey[] =>
  fields.map((field) => ({ measurement, field, type }));

const PIPELINE_KEYS = Object.entries(PIPELINE).flatMap(([measurement, fields]) => keysOf(measurement, fields));

describe("sourceTables()", () => {
  it("takes every field the pipeline writes, to a place of the published schema, and nothing twice", () => {
    const { tables, leftOut } = sourceTables(PIPELINE_KEYS, []);
    const places = tables.flatMap(({ columns }) => columns.map(({ place }) => place));
    expect(places.length).toBe(PIPELINE_KEYS.length);
    for (const { measurement, field } of places) expect(fieldSchema(measurement, field), field).toBeDefined();
    expect(leftOut).toEqual([]);
  });

  it("takes a field by its own name, whatever the measurement; columns of Metrics.db too, in any case", () => {
    expect(placeOfField("zbytesfromcachetoclient")).toEqual({
      measurement: "bytestoclients",
      field: "bytes.fromcache.toclients",
    });
    const { tables } = sourceTables(keysOf("caching", ["requests.fromclients", "ZBYTESDROPPED"]), []);
    expect(tables.map(({ measurement }) => measurement)).toEqual(["caching"]);
  });

  it("leaves out larder's own sums, what is not a counter, and copies of a measurement that has our name", () => {
    const { tables, leftOut } = sourceTables(
      [
        ...PIPELINE_KEYS,
        ...keysOf("bytestoclients_1d", ["bytes.fromcache.toclients"]),
        ...keysOf("cq_daily", ["bytes.fromcache.toclients", "mean"]),
        ...keysOf("cachestatus", ["used"]),
      ],
      [],
    );
    expect(tables.map(({ measurement }) => measurement)).toEqual(Object.keys(PIPELINE));
    expect(leftOut.map(({ measurement, reason }) => [measurement, reason])).toEqual([
      ["bytestoclients_1d", "sums that larder made of other lines"],
      ["cq_daily", "not a counter of a cache"],
      ["cachestatus", "not a counter of a cache"],
      ["cq_daily", "the same counters as bytestoclients, which has our name"],
    ]);
  });

  it("does not choose between two measurements of other names; --measurement does", () => {
    const keys = [...keysOf("stats", ["bytes.dropped"]), ...keysOf("stats_5m", ["bytes.dropped"])];
    expect(() => sourceTables(keys, [])).toThrow(/stats, stats_5m all have it/);
    expect(sourceTables(keys, ["stats"]).tables.map(({ measurement }) => measurement)).toEqual(["stats"]);
  });

  it("reads a field of several types as each of them: no shard is passed over", () => {
    const keys = ["integer", "float", "string"].flatMap((type) => keysOf("requests", ["requests.fromclients"], type));
    const [table] = sourceTables(keys, []).tables;
    expect(table?.columns.map(({ type, alias }) => [type, alias])).toEqual([
      ["float", "requests.fromclients|float"],
      ["string", "requests.fromclients|string"],
    ]);
  });
});

describe("rows ▶ lines", () => {
  it("reads counts as a pipeline may have stored them, and nothing else", () => {
    expect([5, "5", " 7 ", "5.0", 0, null, undefined].map(countOf)).toEqual([5, 5, 7, 5, 0, undefined, undefined]);
    expect([1.5, "x", "", true, {}, Number.NaN].map(countOf)).toEqual(Array(6).fill("not a whole number"));
    expect([-1, "-3", 2 ** 60, "9007199254740993"].map(countOf)).toEqual([
      "negative",
      "negative",
      "too large",
      "too large",
    ]);
  });

  it("keeps every sum, whatever fields lie in whatever measurement", () => {
    const names = [...ZMETRIC_PLACES.keys(), ...Object.values(PIPELINE).flat()];
    // one name for each place: another would be a copy
    const byPlace = new Map(names.map((name) => [JSON.stringify(placeOfField(name)), name]));
    const rows = fc.array(fc.array(fc.option(fc.nat(10 ** 12)), { minLength: byPlace.size, maxLength: byPlace.size }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...byPlace.values()], { minLength: 1 }),
        rows,
        fc.boolean(),
        (fields, all, asText) => {
          const [table] = sourceTables(keysOf("whatever, it is", fields), []).tables;
          if (table === undefined) throw new Error("a table is there");
          const read = pointReader(table, ["time", ...table.columns.map(({ alias }) => alias)]);
          const [wanted, found] = [new Map<string, number>(), new Map<string, number>()];
          const add = (sums: Map<string, number>, key: string, value: number) =>
            sums.set(key, (sums.get(key) ?? 0) + value);
          for (const [i, values] of all.entries()) {
            for (const [j, { place }] of table.columns.entries()) {
              const value = values[j];
              if (typeof value === "number") add(wanted, `${place.measurement} ${place.field}`, value);
            }
            const row = [i, ...values.map((value) => (asText && value !== null ? String(value) : value))];
            for (const point of read(i, row).fields) {
              const line = parseLine(lineOf(point, tagText({ site_name: "Hill, School=1" }), i).trimEnd());
              if (line === undefined) throw new Error("a line can be read back");
              expect(line.timeMs).toBe(i);
              forEachField(line.fieldText, (field, value) => {
                if ("integer" in value) add(found, `${line.measurement} ${field}`, Number(value.integer));
              });
            }
          }
          expect(found).toEqual(wanted);
        },
      ),
      { numRuns: runs(30) },
    );
  });
});

describe("namesOf()", () => {
  const own = { server: "cache01", tags: { region: "South", building: "B" } };

  it("takes the tag server, else the cache of this state folder where there is only one", () => {
    const nameOf = namesOf([{ site_code: "1", region: "North" }, { server: "other" }], { own });
    expect(nameOf({ site_code: "1", region: "North" })).toEqual({
      server: "cache01",
      tagText: ",building=B,region=North,server=cache01,site_code=1",
    });
    expect(nameOf({ server: "other" })).toEqual({ server: "other", tagText: ",server=other" });
  });

  it("guesses nothing where there are several", () => {
    const found = [{ site_code: "1" }, { site_code: "2" }];
    expect(() => namesOf(found, { own })).toThrow(
      /2 series do not say which cache they are of: site_code=1; site_code=2/,
    );
    expect(namesOf(found, { own, serverTag: "site_code" })({ site_code: "2" })?.server).toBe("2");
    expect(namesOf(found, { own, serverTag: "site_code" })({ region: "x" })).toBeUndefined();
    expect(namesOf(found, { own, server: "all" })({ site_code: "2" })?.server).toBe("all");
  });
});

describe("HeldTimes", () => {
  it("holds what lies within rows up to an hour apart, in whatever order they come", () => {
    const minutes = fc.uniqueArray(fc.nat(600), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(minutes, (all) => {
        const held = new HeldTimes();
        for (const minute of all) held.add("a", minute * 60_000, minute * 60_000);
        const sorted = [...all].sort((a, b) => a - b);
        const spans = held.of("a");
        const wrong: number[] = [];
        for (let minute = 0; minute <= 600; minute += 0.5) {
          const before = sorted.findLast((each) => each <= minute);
          const after = sorted.find((each) => each >= minute);
          const wanted = before !== undefined && after !== undefined && (after === before || after - before <= 60);
          if (isHeld(spans, minute * 60_000) !== wanted) wrong.push(minute);
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: runs(15) },
    );
    expect(isHeld([], 5)).toBe(false);
  });

  it("knows the ends of a stretch by the second", () => {
    const spans = [{ fromMs: 10_400, toMs: 70_400 }];
    expect([9_400, 10_000, 70_400, 71_000, 71_400].map((ms) => isHeld(spans, ms))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});
