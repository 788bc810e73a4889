import { describe, expect, it } from "vitest";
import type { Journal, JournalReader, Json, Position } from "../../core/journal/journal.ts";
import { silentLog } from "../../core/log.ts";
import { DayZones } from "../../core/time/day-zones.ts";
import { FIRST_AFTER } from "./restore-days.ts";
import { cursorJson } from "./rollup-cursor.ts";
import { changeZone, cursorsAreValid, fresh, RollupMemory, restore, type State } from "./rollup-state.ts";
import { SeriesTable } from "./series-table.ts";

const HOUR = 3_600_000;
const NOON = Date.parse("2026-11-20T12:00:00Z");
const MIDNIGHT = Date.parse("2026-11-21T00:00:00Z");
const NEVER = Number.MIN_SAFE_INTEGER;
const nothingWritten = { hour: NEVER, day: NEVER };

const stateOf = (more: Partial<State> = {}): State => ({
  ...fresh({ days: DayZones.of("UTC"), written: nothingWritten, after: FIRST_AFTER }),
  ...more,
});
const journalOf = (cursor?: Json): Journal => ({ cursors: cursor === undefined ? {} : { rollup: cursor } }) as Journal;

/** A table in which rows of these times are open: of one series, beside another with the first of them alone. */
function opened(...times: readonly number[]): SeriesTable {
  const table = new SeriesTable();
  const of = (server: string, ms = 0) => `requests,server=${server} requests.fromclients=2i ${ms}\n`;
  const lines = Buffer.from([...times.map((ms) => of("all", ms)), of("first", times[0])].join(""));
  table.readLines(lines, (series, values, at) => series.add(values, at, DayZones.of("UTC"), 0, () => undefined));
  return table;
}
const openCount = ({ table }: State): number => [...table.all()].reduce((sum, series) => sum + series.openCount, 0);

describe("a state without a commit", () => {
  it("has read nothing, and computes everything again where something is written", () => {
    const of = (hour: number, day: number) =>
      fresh({ days: DayZones.of("UTC"), written: { hour, day }, after: 12_000 });
    expect(of(NEVER, NEVER)).toMatchObject({
      ...{ positions: new Map(), closedMs: NEVER, after: 12_000, uncommitted: 0, changed: false, again: false },
      committed: undefined,
    });
    expect([of(1, NEVER).again, of(NEVER, 1).again, of(1, 1).again]).toEqual([true, true, true]);
    expect(of(1, 2).written).toEqual({ hour: 1, day: 2 });
  });

  it("is of the zone that is asked for", () => {
    const state = restore({ journal: journalOf(), timeZone: "Asia/Tokyo" });
    expect(state).toMatchObject({ written: nothingWritten, after: FIRST_AFTER, again: false });
    expect(state.days.zone).toBe("Asia/Tokyo");
  });
});

describe("the state of the last commit", () => {
  const positions = new Map<string, Position>([["collector", { segment: 1, offset: 2 }]]);
  const committed = (more: Record<string, Json> = {}, again = false): Json => {
    const written = { hour: NOON, day: NOON - 12 * HOUR };
    const cursor = { days: DayZones.of("UTC"), written, after: 12_000, closedMs: NOON, positions, again };
    return { ...cursorJson(cursor, opened(NOON + 36 * HOUR, NOON + 1)), ...more };
  };
  const restored = (json: Json) => restore({ journal: journalOf(json), timeZone: "Asia/Tokyo" });

  it("is what was committed, in the zone it began in", () => {
    const state = restored(committed());
    expect(state).toMatchObject({ positions, closedMs: NOON, after: 12_000, again: false });
    expect(state.written).toEqual({ hour: NOON, day: NOON - 12 * HOUR });
    expect([state.days.zone, openCount(state)]).toEqual(["UTC", 6]);
    expect(restored(committed({}, true)).again).toBe(true);
  });

  it("of a version that is not understood is its days, and what is written of them", () => {
    const state = restored(committed({ v: 99 }));
    expect(state).toMatchObject({ positions: new Map(), closedMs: NEVER, after: 12_000, again: true });
    expect(state.written).toEqual({ hour: NOON, day: NOON - 12 * HOUR });
    expect([state.days.zone, openCount(state)]).toEqual(["UTC", 0]);
  });

  it("of an older version is computed again where a bucket is open that was written", () => {
    const older = (written: Json): State => {
      const { after: _, ...json } = committed() as Record<string, Json>;
      return restored({ ...json, written });
    };
    const ends = { hour: NOON, day: NOON - 12 * HOUR };
    expect(openCount(older(ends))).toBe(6);
    for (const unit of ["hour", "day"] as const) {
      const state = older({ ...ends, [unit]: ends[unit] + 1 });
      expect([openCount(state), state.again, state.positions.size]).toEqual([0, true, 0]);
    }
    expect(openCount(restored(committed({ written: { hour: NOON + 1, day: NOON } })))).toBe(6);
  });
});

describe("RollupMemory", () => {
  it("recalls a state while the last commit is the very one it belongs to", () => {
    const memory = new RollupMemory();
    expect([memory.recall(journalOf()), memory.recall(journalOf({ v: 4 }))]).toEqual([undefined, undefined]);
    const [state, cursor] = [stateOf(), { v: 4 }];
    memory.keep(state, journalOf(cursor));
    expect(memory.recall(journalOf(cursor))).toBe(state);
    expect(memory.recall(journalOf({ v: 4 }))).toBeUndefined();
    memory.keep(state, journalOf());
    expect([memory.recall(journalOf()), memory.recall(journalOf(cursor))]).toEqual([undefined, undefined]);
  });
});

it("cursorsAreValid() asks each stream that has been read", async () => {
  const asked: unknown[] = [];
  const reader = (stream: string, answer: boolean) =>
    ({ stream, canResume: async (at: Position) => asked.push([stream, at]) > 0 && answer }) as unknown as JournalReader;
  const [a, b] = [
    { segment: 1, offset: 2 },
    { segment: 3, offset: 4 },
  ];
  const state = stateOf({
    positions: new Map([
      ["a", a],
      ["b", b],
    ]),
  });
  expect(await cursorsAreValid(state, [reader("other", false), reader("a", true), reader("b", true)])).toBe(true);
  expect(asked).toEqual([
    ["a", a],
    ["b", b],
  ]);
  expect(await cursorsAreValid(state, [reader("a", true), reader("b", false)])).toBe(false);
  expect(await cursorsAreValid(stateOf(), [reader("a", false)])).toBe(true);
});

describe("changeZone()", () => {
  const tokyo = { timeZone: "Asia/Tokyo", zoneIsSet: true };

  it.each([
    ["nobody has named one", { timeZone: "Asia/Tokyo" }],
    ["it is none", { ...tokyo, timeZone: "Mars/Base" }],
    ["it is the one there is", { ...tokyo, timeZone: "UTC" }],
  ])("leaves all as it is where %s", (_, wanted) => {
    const state = stateOf();
    expect(changeZone(state, wanted, NOON)).toBe(state);
  });

  it("applies from the end of the open day on, and says so", () => {
    const state = stateOf({ table: opened(NOON), closedMs: 5 });
    const said: unknown[] = [];
    const log = { ...silentLog, info: (...each: unknown[]) => void said.push(each) };
    const changed = changeZone(state, { ...tokyo, log }, NOON);
    expect(changed).toMatchObject({ changed: true, closedMs: 5, table: state.table });
    expect(changed.days.json).toEqual([
      [null, "UTC"],
      [MIDNIGHT, "Asia/Tokyo"],
    ]);
    const details = { zone: "Asia/Tokyo", from: "2026-11-21T00:00:00.000Z" };
    expect(said).toEqual([["days of roll-ups change their zone", details]]);
    expect(changeZone(changed, tokyo, NOON)).toBe(changed);
  });

  it("waits for the end of what is written, though the clock is behind it", () => {
    const from = (day: number) =>
      (changeZone(stateOf({ written: { hour: NEVER, day } }), tokyo, NOON).days.json as Json[])[1];
    expect([from(MIDNIGHT), from(MIDNIGHT + 1)]).toEqual([
      [MIDNIGHT, "Asia/Tokyo"],
      [MIDNIGHT + 24 * HOUR, "Asia/Tokyo"],
    ]);
  });

  it("computes everything again where a day beyond the change is open", () => {
    const of = (ms: number) => changeZone(stateOf({ table: opened(NOON, ms), closedMs: 5 }), tokyo, NOON);
    const [before, beyond] = [of(MIDNIGHT - 1), of(MIDNIGHT)];
    expect([before.closedMs, openCount(before), before.changed]).toEqual([5, 5, true]);
    expect([beyond.closedMs, openCount(beyond), beyond.changed]).toEqual([NEVER, 0, true]);
    expect(beyond.days.zone).toBe("Asia/Tokyo");
  });
});
