import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { askSums, type HistoryQuery, queryHistory, readRollupMark } from "../../core/history/history.ts";
import { type Journal, openJournal, RAW_STREAMS } from "../../core/journal/journal.ts";
import { runs } from "../../core/testing/runs.ts";
import { openRollup, RollupMemory } from "./rollup.ts";

const HOUR = 3_600_000;
/** Both changes of the clocks of Europe and America lie within some days of it. */
const START = Date.parse("2026-10-20T00:00:00Z");
const DAYS = 16;
const END = START + DAYS * 24 * HOUR;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Step {
  readonly rows: readonly {
    readonly hour: number;
    readonly late: boolean;
    readonly server: string;
    readonly bytes: number;
  }[];
  /** Roll up afterwards, perhaps after a restart, at this hour. */
  readonly rollAt: number | undefined;
  readonly restart: boolean;
  /** Another collector of the same process goes on, with what the last knew. */
  readonly handOver?: boolean;
  readonly zone: string | undefined;
}

const zones = ["Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe"];

const step = fc.record({
  rows: fc.array(
    fc.record({
      hour: fc.double({ min: 0, max: DAYS * 24 - 1, noNaN: true }),
      late: fc.boolean(),
      server: fc.constantFrom("a", "b"),
      bytes: fc.integer({ min: -10, max: 1000 }),
    }),
    { maxLength: 12 },
  ),
  rollAt: fc.option(fc.integer({ min: 0, max: DAYS * 24 }), { nil: undefined }),
  restart: fc.boolean(),
  handOver: fc.boolean(),
  zone: fc.option(fc.constantFrom(...zones), { nil: undefined, freq: 6 }),
});

/**
 * Plays steps: rows come roughly in order, some late, and those are in another stream; roll-ups run now and then, and
 * commit after a few buckets.
 * @param atCommit called after each batch of roll-ups
 */
async function play(
  zone: string,
  steps: readonly Step[],
  atCommit = async (_folder: string): Promise<void> => {},
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "larder-agree-"));
  folders.push(folder);
  const raw = await openJournal(folder, "collector", { segmentBytes: 1 });
  let rolled = await openJournal(folder, "rollup");
  let nowMs = START;
  let timeZone = zone;
  let zoneIsSet = false;
  const imported = await openJournal(folder, "imported", { segmentBytes: 1 });
  const open = () => {
    const journal = committing(rolled, async () => await atCommit(folder));
    const few = { maxOpen: 4, maxLate: 2, waitFrom: 1 };
    return openRollup({ stateDir: folder, journal, timeZone, zoneIsSet, nowMs: () => nowMs, memory, ...few });
  };
  const memory = new RollupMemory();
  let rollup = open();
  let done = 0;
  for (const { rows, rollAt, restart, handOver = false, zone: other } of steps) {
    done += 1 / steps.length;
    for (const [journal, here] of [
      [raw, rows.filter(({ late }) => !late)],
      [imported, rows.filter(({ late }) => late)],
    ] as const) {
      if (here.length === 0) continue;
      const lines = here.map(({ hour, late, server, bytes }) => {
        const ms = START + Math.floor((late ? hour : hour * done) * HOUR);
        return { ms, line: `bytestoclients,server=${server} bytes.fromcache.toclients=${bytes}i ${ms}\n` };
      });
      const times = lines.map(({ ms }) => ms);
      const span = { fromMs: Math.min(...times), toMs: Math.max(...times) };
      await journal.append({ lines: lines.map(({ line }) => line).join(""), lineCount: lines.length, span });
    }
    if (restart || handOver || other !== undefined) {
      const leftAt = await rolled.close();
      rolled = await openJournal(folder, "rollup", restart ? {} : { leftAt });
      if (other !== undefined) [timeZone, zoneIsSet] = [other, true];
      rollup = open();
    }
    if (rollAt === undefined) continue;
    // set back, too: it was ahead till now
    nowMs = START + rollAt * HOUR;
    await rollup.run();
  }
  for (const journal of [rolled, raw, imported]) await journal.close();
  return folder;
}

/** A journal after each batch of which something is done. */
function committing(journal: Journal, then: () => Promise<void>): Journal {
  return {
    stream: journal.stream,
    get cursors() {
      return journal.cursors;
    },
    append: async (batch) => {
      await journal.append(batch);
      await then();
    },
    endOf: (segment) => journal.endOf(segment),
    close: async () => await journal.close(),
  };
}

async function sumOf(folder: string, query: HistoryQuery): Promise<Map<string, number>> {
  const [rows = []] = await askSums(folder, [query]);
  return withoutNothing(rows);
}

function withoutNothing(
  rows: readonly Pick<Awaited<ReturnType<typeof queryHistory>>[number], "startMs" | "group" | "sums">[],
) {
  const sums = rows.map(({ startMs, group, sums: each }): [string, number] => [
    `${startMs} ${JSON.stringify(group)}`,
    Number(each["bytes.fromcache.toclients"] ?? 0),
  ]);
  return new Map(sums.filter(([, sum]) => sum !== 0));
}

/** Killed after any of its batches, a roll-up leaves a journal that answers right. */
async function agreesNow(folder: string): Promise<void> {
  const span = { fromMs: START - 24 * HOUR, toMs: END + 24 * HOUR };
  const query = { measurement: "bytestoclients", ...span, by: "all", timeZone: "UTC", groupBy: ["server"] } as const;
  expect(await sumOf(folder, query)).toEqual(withoutNothing(await queryHistory(folder, query)));
}

describe("sums from roll-ups and what is open", () => {
  it("count of a bucket that an older version wrote twice what it wrote last", async () => {
    const day = { hour: 5, late: true, server: "a", bytes: 100 };
    const rows = [day, { ...day, server: "b" }, { ...day, hour: 40 }];
    const folder = await play("UTC", [{ rows, rollAt: 100, restart: false, zone: undefined }]);
    const query = { measurement: "bytestoclients", fromMs: START, toMs: END, timeZone: "UTC", groupBy: ["server"] };
    const total = async (by: "day" | "all"): Promise<number> =>
      [...(await sumOf(folder, { ...query, by })).values()].reduce((sum, value) => sum + value, 0);
    expect([await total("day"), await total("all")]).toEqual([300, 300]);
    const rollup = await openJournal(folder, "rollup");
    const corrected = `bytestoclients_1d,server=a bytes.fromcache.toclients=107i ${START}\n`;
    await rollup.append({ lines: corrected, lineCount: 1, span: { fromMs: START, toMs: START } });
    await rollup.close();
    expect([await total("day"), await total("all")]).toEqual([307, 307]);
  });

  it("equal those of the raw lines, for any span, zone and bucket, late rows and changed zones included", async () => {
    let fromRollups = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...zones),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.array(
          fc.record({
            from: fc.integer({ min: -40, max: DAYS * 48 }),
            length: fc.integer({ min: 1, max: DAYS * 48 }),
            by: fc.constantFrom("hour", "day", "all"),
            timeZone: fc.constantFrom(...zones),
            grouped: fc.boolean(),
          }),
          { minLength: 4, maxLength: 4 },
        ),
        async (zone, steps, spans) => {
          const folder = await play(zone, steps, agreesNow);
          if ((await readRollupMark(folder)) !== undefined) fromRollups++;
          for (const { from, length, by, timeZone, grouped } of spans) {
            const fromMs = START + from * (HOUR / 2);
            const query: HistoryQuery = {
              measurement: "bytestoclients",
              fromMs,
              toMs: fromMs + length * (HOUR / 2),
              by,
              timeZone,
              ...(grouped ? { groupBy: ["server"] } : { tags: { server: "a" } }),
            };
            const expected = withoutNothing(await queryHistory(folder, query));
            expect(await sumOf(folder, query)).toEqual(expected);
          }
        },
      ),
      { numRuns: runs(6) },
    );
    expect(fromRollups).toBeGreaterThan(3);
  }, 60_000);

  it("are right after each batch of a roll-up, when rows that are late for closed days are still to be read", async () => {
    const row = { late: true, server: "a", bytes: 100 };
    const days = [5, 30, 55].map((hour) => ({ ...row, hour }));
    const still = { restart: false, zone: undefined };
    let looks = 0;
    await play(
      "UTC",
      [
        { rows: [{ ...row, late: false, hour: 300 }], rollAt: 350, ...still },
        { rows: days, rollAt: undefined, ...still },
        { rows: days.map((day) => ({ ...day, bytes: 7 })), rollAt: 360, ...still },
      ],
      async (folder) => {
        looks++;
        await agreesNow(folder);
      },
    );
    expect(looks).toBeGreaterThan(2);
  });

  it("count a row once that comes late while everything is computed again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "larder-agree-"));
    folders.push(folder);
    const streams = RAW_STREAMS.slice(0, 3);
    const [first, second, third] = await Promise.all(streams.map(async (name) => await openJournal(folder, name)));
    if (first === undefined || second === undefined || third === undefined) throw new Error("there are three");
    const rolled = await openJournal(folder, "rollup");
    const add = async (journal: Journal, hours: readonly number[], bytes: number): Promise<void> => {
      const lines = hours.map(
        (hour) => `bytestoclients,server=a bytes.fromcache.toclients=${bytes}i ${START + hour * HOUR}\n`,
      );
      const times = hours.map((hour) => START + hour * HOUR);
      const span = { fromMs: Math.min(...times), toMs: Math.max(...times) };
      await journal.append({ lines: lines.join(""), lineCount: lines.length, span });
    };
    const hours = [5, 30, 55, 80, 105];
    for (const each of [first, second, third]) await add(each, hours, 100);
    let nowMs = END + 40 * 24 * HOUR;
    let came = 0;
    const journal = committing(rolled, async () => {
      // for the first stream when it has been read, and rows for the same buckets are still to come
      const isRead = JSON.stringify(rolled.cursors).includes(`"${second.stream}"`);
      if (nowMs === END && isRead && came < 2) await add(first, hours, ++came);
      await agreesNow(folder);
    });
    const few = { maxOpen: 2, maxLate: 2 };
    const rollup = openRollup({ stateDir: folder, journal, timeZone: "UTC", nowMs: () => nowMs, ...few });
    await rollup.run();
    // a clock that was ahead
    nowMs = END;
    await rollup.run();
    await rollup.run();
    expect(came).toBe(2);
    expect((await readRollupMark(folder))?.again).toBe(false);
    await agreesNow(folder);
    for (const each of [first, second, third, rolled]) await each.close();
  });

  it("count once what was closed by a clock that was ahead and is put right, before its hour and day are over", async () => {
    const row = { late: true, server: "a", bytes: 100, hour: 30.2 };
    const still = { restart: false, zone: undefined };
    let looks = 0;
    await play(
      "UTC",
      [
        { rows: [row], rollAt: 100, ...still },
        { rows: [{ ...row, bytes: 7 }], rollAt: 30, ...still },
        { rows: [{ ...row, bytes: 1 }], rollAt: 30, ...still },
        { rows: [{ ...row, bytes: 2 }], rollAt: 31, restart: true, zone: undefined },
        { rows: [{ ...row, hour: 29 }], rollAt: 200, ...still },
      ],
      async (folder) => {
        looks++;
        await agreesNow(folder);
      },
    );
    expect(looks).toBe(3);
  });

  it("are kept by roll-ups when the raw lines of closed days have gone", async () => {
    const row = { late: false, server: "a", bytes: 7 };
    const steps: Step[] = [
      { rows: [{ ...row, hour: 5 }], rollAt: undefined, restart: false, zone: undefined },
      { rows: [{ ...row, hour: 300 }], rollAt: DAYS * 24, restart: false, zone: undefined },
    ];
    const folder = await play("UTC", steps);
    const raw = join(folder, "journal", "collector");
    const segments = readdirSync(raw).filter((name) => name.includes(".lp"));
    rmSync(join(raw, segments.sort()[0] ?? ""));
    const query = { measurement: "bytestoclients", fromMs: START, toMs: END, by: "day", timeZone: "UTC" } as const;
    expect([...(await sumOf(folder, query)).values()]).toEqual([7, 7]);
    // hours of another zone's days are in no roll-up of days, but in those of hours
    expect((await sumOf(folder, { ...query, timeZone: "Europe/Berlin" })).size).toBe(2);
  });
});
