import fc from "fast-check";
import { expect, it } from "vitest";
import type { Json } from "../../core/journal/journal.ts";
import { runs } from "../../core/testing/runs.ts";
import { DayZones } from "../../core/time/day-zones.ts";
import { FIRST_AFTER, type RollupCursor } from "./restore-days.ts";
import { cursorJson, restoreCursor } from "./rollup-cursor.ts";
import { UNITS } from "./series.ts";
import { SeriesTable } from "./series-table.ts";

const T0 = Date.parse("2026-11-20T22:30:00Z");
const days = DayZones.of("Europe/Berlin");
const cursor = (more: Partial<RollupCursor> = {}): RollupCursor => ({
  ...{ days, written: { hour: 1, day: 2 }, after: FIRST_AFTER, closedMs: 3, positions: new Map(), again: false },
  ...more,
});

function add(table: SeriesTable, rows: readonly string[]): void {
  const lines = Buffer.from(rows.map((row) => `${row}\n`).join(""));
  table.readLines(lines, (series, values, ms) => series.add(values, ms, days, 0, () => undefined));
}

/** What is open, of every series: its buckets, and their sums by the names of fields. */
function openIn(table: SeriesTable): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  for (const series of table.all()) {
    for (const unit of UNITS) {
      for (const [from, sums] of series.openOf(unit)) {
        const named = series.fields.names.flatMap((name, i) =>
          sums[i] === undefined ? [] : [[name, String(sums[i])]],
        );
        found.set(`${series.key} ${unit} ${from}`, Object.fromEntries(named));
      }
    }
  }
  return found;
}

/** As it comes back from the disk. */
const kept = (table: SeriesTable, said = cursor()): Json => JSON.parse(JSON.stringify(cursorJson(said, table)));

function restored(json: Json): SeriesTable {
  const table = new SeriesTable();
  expect(restoreCursor(json, table)).toBeDefined();
  return table;
}

const row = fc
  .record({
    key: fc.constantFrom(
      ["requests,server=a", "requests.fromclients"],
      ["requests,server=b\\ c", "requests.fromclients"],
      ["bytestoclients,server=a", "bytes.fromcache.toclients"],
      ["precacherun,target=t", "seconds"],
    ),
    value: fc.oneof(fc.nat(1000), fc.constantFrom(2 ** 53, 2 ** 62, -(2 ** 62), 0)),
    minutes: fc.nat(3 * 24 * 60),
  })
  .map(({ key: [key = "", field = ""], value, minutes }) => {
    const text = field === "seconds" ? `${value / 8}` : `${BigInt(value)}i`;
    return `${key} ${field}=${text} ${T0 + minutes * 60_000}`;
  });

it("a restart between any two rows changes no sum, however large", () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), fc.array(row, { maxLength: 12 }), (before, after) => {
      const table = new SeriesTable();
      add(table, before);
      const again = restored(kept(table));
      expect(openIn(again)).toEqual(openIn(table));
      for (const each of [table, again]) add(each, after);
      expect(openIn(again)).toEqual(openIn(table));
    }),
    {
      numRuns: runs(20),
      examples: [[Array.from({ length: 3 }, () => `requests,server=a requests.fromclients=${2n ** 62n}i ${T0}`), []]],
    },
  );
});

it("a cursor says what it is of, in the form other versions read", () => {
  const table = new SeriesTable();
  const most = 2n ** 63n - 1n;
  add(table, [
    `requests,server=a requests.fromclients=2i ${T0}`,
    ...[1, 2].map(() => `requests,server=b requests.fromclients=${most}i,requests.fromcache=1i ${T0}`),
    `precacherun,target=t seconds=0.5,planned=${most}i ${T0}`,
    `precacherun,target=t planned=1i ${T0}`,
  ]);
  const positions = new Map([["collector", { segment: 7, offset: 8 }]]);
  const hour = Date.parse("2026-11-20T22:00:00Z");
  const day = Date.parse("2026-11-19T23:00:00Z");
  const json = kept(table, cursor({ positions }));
  expect(json).toMatchObject({
    ...{ v: 4, timeZone: "Europe/Berlin", written: { hour: 1, day: 2 }, after: FIRST_AFTER, closedMs: 3 },
    positions: [["collector", 7, 8]],
    lines: {
      hour: `requests,server=a requests.fromclients=2i ${hour}\n`,
      day: `requests,server=a requests.fromclients=2i ${day}\n`,
    },
  });
  const [first, second] = ["hour", "day"].map((unit) => [unit, unit === "hour" ? hour : day]);
  expect((json as { open: Json }).open).toEqual([
    ...[first, second].map((bucket) => [
      "requests,server=b",
      ...bucket!,
      { "requests.fromclients": String(2n * most), "requests.fromcache": "2" },
    ]),
    ...[first, second].map((bucket) => [
      "precacherun,target=t",
      ...bucket!,
      { seconds: 0.5, planned: String(most + 1n) },
    ]),
  ]);
  expect(json).not.toHaveProperty("again");
  expect(kept(table, cursor({ again: true }))).toHaveProperty("again", true);
  expect(restoreCursor(json, new SeriesTable())).toMatchObject({ closedMs: 3, positions, again: false });
});

it("a cursor of another version, or without its ends, is not understood, and nothing is put back", () => {
  const table = new SeriesTable();
  add(table, [`requests,server=a requests.fromclients=2i ${T0}`]);
  const json = kept(table) as Record<string, Json>;
  const { written: _w, closedMs: _c, ...endless } = json;
  for (const other of [undefined, "x", { ...json, v: 5 }, { ...json, v: 2 }, endless, { ...json, written: {} }]) {
    const empty = new SeriesTable();
    expect(restoreCursor(other, empty)).toBeUndefined();
    expect(openIn(empty)).toEqual(new Map());
  }
});

it("an open bucket of what is no longer rolled up is passed over", () => {
  const open: Json = [
    ["unheard,server=a", "hour", 0, { x: "1" }],
    ["requests,server=a", "hour", 3_600_000, { "requests.fromclients": "12" }],
  ];
  const table = restored({ v: 3, timeZone: "UTC", closedMs: 0, positions: [], open });
  expect([...openIn(table)]).toEqual([["requests,server=a hour 3600000", { "requests.fromclients": "12" }]]);
});
