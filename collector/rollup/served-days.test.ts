import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { savingsHistory, totalSavings } from "../../core/history/history.ts";
import { openJournal, type StreamName, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { runs } from "../../core/testing/runs.ts";
import { nextBucket } from "../../core/time/local-days.ts";
import { openRollup } from "./rollup.ts";

const HOUR = 3_600_000;
const ZONE = "Europe/Berlin";
/** The night the clocks go forward is among them. */
const FROM = Date.parse("2026-03-27T23:00:00Z");
const TO = FROM + 71 * HOUR;

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "larder-served-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

async function write(stream: StreamName, lines: readonly { readonly line: string; readonly ms: number }[]) {
  if (lines.length === 0) return;
  const journal = await openJournal(stateDir, stream);
  const times = lines.map(({ ms }) => ms);
  const span = { fromMs: Math.min(...times), toMs: Math.max(...times) };
  await journal.append({ lines: lines.map(({ line }) => `${line}\n`).join(""), lineCount: lines.length, span });
  await journal.close();
}

async function rollUp(nowMs: number): Promise<void> {
  const journal = await openJournal(stateDir, "rollup");
  await openRollup({ stateDir, journal, timeZone: ZONE, nowMs: () => nowMs }).run();
  await journal.close();
}

/** Sum of a field of a measurement in the stream of roll-ups, the last line of a point counting. */
async function rolledSum(measurement: string, field: string): Promise<bigint> {
  const last = new Map<string, bigint>();
  for await (const text of openReader(streamFolder(stateDir, "rollup"), "rollup").chunks(undefined)) {
    for (const line of text.split("\n").filter((each) => new RegExp(`^${measurement}[, ]`).test(each))) {
      const found = new RegExp(`^(\\S+) (?:\\S*,)?${field.replaceAll(".", "\\.")}=(-?\\d+)i\\S* (-?\\d+)$`).exec(line);
      if (found !== null) last.set(`${found[1]} ${found[3]}`, BigInt(found[2] ?? 0));
    }
  }
  return [...last.values()].reduce((sum, value) => sum + value, 0n);
}

interface Traffic {
  readonly ms: number;
  readonly server: string;
  readonly cache: number;
  readonly origin: number;
  readonly parents: number;
}

/** A warming run: its files as they end, and whether somebody lived to close it. */
interface Run {
  readonly ms: number;
  readonly server: string;
  readonly files: readonly {
    readonly afterMs: number;
    readonly asked: number;
    readonly held: number;
    readonly outcome: string;
  }[];
  readonly closed: boolean;
}

const time = fc.integer({ min: FROM, max: TO - 1 });
const server = fc.constantFrom("a", "b");
const bytes = fc.oneof(fc.nat(1000), fc.integer({ min: 2 ** 50, max: Number.MAX_SAFE_INTEGER }));
const traffic: fc.Arbitrary<Traffic> = fc.record({ ms: time, server, cache: bytes, origin: bytes, parents: bytes });
const file = fc.record({
  afterMs: fc.nat(9 * HOUR),
  asked: bytes,
  held: fc.nat(100),
  outcome: fc.constantFrom("warmed", "failed", "partial"),
});
const run: fc.Arbitrary<Run> = fc.record({
  ms: time,
  server,
  files: fc.array(file, { maxLength: 6 }),
  closed: fc.boolean(),
});

function trafficLines(rows: readonly Traffic[]) {
  return rows.map(({ ms, server: name, cache, origin, parents }) => ({
    ms,
    line: `bytestoclients,server=${name} bytes.fromcache.toclients=${cache}i,bytes.fromorigin.toclients=${origin}i,bytes.fromparents.toclients=${parents}i ${ms}`,
  }));
}

const fromApple = ({ asked, held }: Run["files"][number]): number => Math.floor((asked * (100 - held)) / 100);

function runLines(runs: readonly Run[]) {
  return runs.flatMap(({ ms, server: name, files, closed }, number) => {
    const lines = files.map((each, i) => ({
      ms: Math.min(TO - 1, ms + each.afterMs),
      line: `precacheasset,group=Mac,outcome=${each.outcome},server=${name},target=t bytes.asked=${each.asked}i,bytes.fromorigin=${fromApple(each)}i,url="https://a/${number}/${i}" ${Math.min(TO - 1, ms + each.afterMs)}`,
    }));
    if (!closed) return lines;
    const asked = files.reduce((sum, each) => sum + BigInt(each.asked), 0n);
    const apple = files.reduce((sum, each) => sum + BigInt(fromApple(each)), 0n);
    const endMs = Math.min(TO - 1, ms + 9 * HOUR);
    return [
      ...lines,
      {
        ms: endMs,
        line: `precacherun,server=${name},target=t warmed=${files.length}i,bytes.asked=${asked}i,bytes.fromorigin=${apple}i ${endMs}`,
      },
    ];
  });
}

describe("savings", () => {
  it("are the same by hour, by day, all at once and in the roll-ups, with warming over any border", async () => {
    const history = fc.tuple(fc.array(traffic, { maxLength: 12 }), fc.array(run, { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(history, async ([rows, runs]) => {
        rmSync(stateDir, { recursive: true, force: true });
        await write("collector", trafficLines(rows));
        await write("precache", runLines(runs));
        await rollUp(nextBucket(TO, "day", ZONE) + HOUR);
        const files = runs.flatMap((each) => each.files);
        const sum = (values: readonly number[]): bigint => values.reduce((total, value) => total + BigInt(value), 0n);
        const caches = sum(rows.flatMap(({ cache, parents }) => [cache, parents]));
        const net = caches - sum(files.map(({ asked }) => asked)) + sum(files.map(fromApple));
        const wanted = {
          served: caches + sum(rows.map(({ origin }) => origin)),
          fromApple: sum(rows.map(({ origin }) => origin)),
          fromCaches: caches,
          saved: net < 0n ? 0n : net,
        };
        for (const by of ["hour", "day", "all"] as const) {
          for (const groupBy of [[], ["server"]]) {
            const query = { fromMs: FROM, toMs: TO, by, timeZone: ZONE, groupBy };
            const found = await savingsHistory(stateDir, query);
            // a total by group is cut off for each of them
            if (by === "all" && groupBy.length > 0) continue;
            const total = totalSavings(found);
            for (const [name, value] of Object.entries(wanted)) {
              expect(BigInt(total[name as keyof typeof wanted]), `${name} by ${by}`).toBe(value);
            }
          }
        }
        for (const measurement of ["served_1d", "fleet_1d"]) {
          expect(await rolledSum(measurement, "saved"), measurement).toBe(net);
          expect(await rolledSum(measurement, "origin")).toBe(wanted.fromApple);
        }
        expect(await rolledSum("precacheasset_1h", "bytes.asked")).toBe(sum(files.map(({ asked }) => asked)));
      }),
      { numRuns: runs(20) },
    );
  });

  it("count four hours of warming once, whatever time is cut into", async () => {
    const gigabytes = (hour: number, count: number) =>
      trafficLines([{ ms: FROM + hour * HOUR + 1800_000, server: "a", cache: count * 1e9, origin: 0, parents: 0 }]);
    await write(
      "collector",
      [0, 1, 2, 3].flatMap((hour) => gigabytes(hour, 15)),
    );
    const files = [0, 1, 2, 3].map((hour) => ({
      afterMs: hour * HOUR + 1_700_000,
      asked: 15e9,
      held: 100,
      outcome: "warmed",
    }));
    await write("precache", runLines([{ ms: FROM, server: "a", files, closed: true }]));
    for (const by of ["hour", "day", "all"] as const) {
      const rows = await savingsHistory(stateDir, { fromMs: FROM, toMs: TO, by, timeZone: ZONE });
      expect([by, totalSavings(rows)]).toEqual([
        by,
        { served: 60e9, fromCaches: 60e9, fromApple: 0, saved: 0, hitRatio: 1 },
      ]);
    }
  });
});
