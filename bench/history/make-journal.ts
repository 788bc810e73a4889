/**
 * A journal of one busy cache over years, roll-ups and packed segments included, and its rows as CSV for the peer.
 *
 * Every minute has a row with full counters, every five minutes a status, every minute a line of the collector itself. The
 * lines of an hour are one batch, where the collector would write sixty: 26,000 commits a journal can be made in minutes,
 * and a reader sees the same lines between fewer marks. Nothing is synced to disk while it is made.
 */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { openRollup } from "../../collector/rollup/rollup.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { packSegments } from "../../core/journal/pack-segments.ts";
import { unsynced } from "../../core/testing/unsynced-disk.ts";
import {
  CacheLife,
  chance,
  FLEET_FIELDS,
  type FleetCache,
  type FleetRow,
  planFleet,
  rowLines,
  selfLine,
  statusLines,
} from "../../fixtures/fleet/index.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Hours between roll-ups, as if the collector had been away for a day. */
const ROLLUP_HOURS = 24;
export const ZONE = "Europe/Berlin";
/** The one cache of its fleet. */
export const SERVER = "cache-a0000";

/** Makes `state` and `rows.csv` in the folder: the time in milliseconds, then every field. */
export async function makeJournal(folder: string, years: number, endMs: number): Promise<void> {
  const fromMs = endMs - years * 365 * 24 * HOUR_MS;
  const options = {
    seed: 3,
    caches: 1,
    regions: 1,
    fromMs,
    toMs: endMs,
    zone: ZONE,
    intervalSeconds: 60,
    incidentsPerMonth: 0,
  };
  const fleet = planFleet(options);
  const [cache] = fleet.caches;
  if (cache === undefined) throw new Error("no cache");
  const state = join(folder, "state");
  const clock = { nowMs: fromMs };
  const settings = { nowMs: () => clock.nowMs, disk: unsynced };
  const journal = await openJournal(state, "collector", settings);
  const rollups = await openJournal(state, "rollup", settings);
  const rollup = openRollup({
    stateDir: state,
    journal: rollups,
    writers: [journal],
    timeZone: ZONE,
    nowMs: () => clock.nowMs,
  });
  const csv = createWriteStream(join(folder, "rows.csv"));
  const life = new CacheLife(fleet, cache);
  for (let hour = 0, at = fromMs; at < endMs; at += HOUR_MS, hour++) {
    let lines = "";
    let rows = "";
    for (let minute = 1; minute <= 60; minute++) {
      const end = at + minute * MINUTE_MS - 1000;
      const row = fullRow(cache, end);
      lines += rowLines(row) + selfLine(fleet, cache, end, 1);
      rows += `${row.timeMs},${row.values.join(",")}\n`;
      if (minute % 5 === 0) lines += statusLines(fleet, cache, life.state, end);
    }
    clock.nowMs = at + HOUR_MS + 20_000;
    await journal.append({ lines, lineCount: lines.split("\n").length - 1, span: { fromMs: at, toMs: at + HOUR_MS } });
    if (!csv.write(rows)) await new Promise<void>((resolve) => csv.once("drain", () => resolve()));
    if (hour % ROLLUP_HOURS === 0) await rollup.run();
    if (hour % 2000 === 0) for (const stream of ["collector", "rollup"]) await pack(state, stream);
  }
  clock.nowMs += HOUR_MS;
  await rollup.run();
  await new Promise<void>((resolve) => csv.end(() => resolve()));
  await journal.close();
  await rollups.close();
  for (const stream of ["collector", "rollup"]) await pack(state, stream);
}

async function pack(state: string, stream: string): Promise<void> {
  await packSegments(streamFolder(state, stream), { most: 100_000, disk: unsynced });
}

/** A row whose counters are all large. */
function fullRow(of: FleetCache, end: number): FleetRow {
  const values = FLEET_FIELDS.map((_, i) => Math.floor(chance(11, end / MINUTE_MS, i) * 10 ** (2 + (i % 8))));
  return { cache: of, timeMs: end, periodSeconds: 60, values };
}
