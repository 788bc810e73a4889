/**
 * The journal of a receiver that a whole fleet pushes to, over a year in order of time, and the same rows for the peer.
 *
 * An hour is one batch and has one report of every cache; of the last two days there is one every five minutes, as caches
 * send them. Roll-ups are made by the collector's own code every six hours, so their stream has the size and the order it
 * has in the field: what a year costs is read from it. Nothing is synced to disk while it is made.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { openRollup } from "../../collector/rollup/rollup.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { packSegments } from "../../core/journal/pack-segments.ts";
import { unsynced } from "../../core/testing/unsynced-disk.ts";
import {
  CacheLife,
  contentKinds,
  type Fleet,
  type FleetCache,
  type FleetRow,
  incidentLine,
  isWarmed,
  planFleet,
  rowLines,
  statusLines,
  wallDayStart,
  warmingLines,
} from "../../fixtures/fleet/index.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FINE_DAYS = 2;
const FINE_MS = 300_000;
const ROLLUP_HOURS = 6;
export const ZONE = "Europe/Berlin";

export interface FleetOfYear {
  readonly caches: number;
  readonly days: number;
  readonly endMs: number;
}

/** Tables of the peer, each a CSV file of its name. */
export const TABLES = ["rows", "events", "content"] as const;

/** Makes `state`, and the tables of the peer, in the folder. */
export async function makeFleet(folder: string, { caches, days, endMs }: FleetOfYear): Promise<void> {
  const fromMs = endMs - days * DAY_MS;
  const fleet = planFleet({
    seed: 2026,
    caches,
    regions: 12,
    fromMs,
    toMs: endMs,
    zone: ZONE,
    intervalSeconds: 3600,
    incidentsPerMonth: 0.3,
  });
  const state = join(folder, "state");
  const clock = { nowMs: fromMs };
  const settings = { nowMs: () => clock.nowMs, disk: unsynced };
  const [receiver, precache, rollups] = [
    await openJournal(state, "receiver", settings),
    await openJournal(state, "precache", settings),
    await openJournal(state, "rollup", settings),
  ];
  const rollup = openRollup({
    stateDir: state,
    journal: rollups,
    writers: [receiver, precache],
    timeZone: ZONE,
    nowMs: () => clock.nowMs,
  });
  const tables = new Tables(folder);
  const lives = fleet.caches.map((cache) => ({ cache, life: new CacheLife(fleet, cache) }));
  for (let at = fromMs, hour = 0; at < endMs; at += HOUR_MS, hour++) {
    const span = { fromMs: at, toMs: at + HOUR_MS };
    const [pushed, warmed] = hourOf(fleet, lives, tables, at);
    clock.nowMs = span.toMs + 400_000;
    await receiver.append({ lines: pushed, lineCount: pushed.split("\n").length - 1, span });
    if (warmed !== "") await precache.append({ lines: warmed, lineCount: warmed.split("\n").length - 1, span });
    await tables.drained();
    if (hour % ROLLUP_HOURS === ROLLUP_HOURS - 1) await rollup.run();
    if (hour % 500 === 0) await pack(state);
  }
  await rollup.run();
  await tables.close();
  for (const journal of [receiver, precache, rollups]) await journal.close();
  await pack(state);
}

interface Life {
  readonly cache: FleetCache;
  readonly life: CacheLife;
}

/** The lines of an hour of all caches: what they pushed, and what warming wrote. */
function hourOf(fleet: Fleet, lives: readonly Life[], tables: Tables, at: number): [pushed: string, warmed: string] {
  let pushed = "";
  let warmed = "";
  const step = fleet.options.toMs - at <= FINE_DAYS * DAY_MS ? FINE_MS : HOUR_MS;
  for (let end = at + step; end <= at + HOUR_MS; end += step) {
    for (const { cache, life } of lives) {
      const row = life.step(end - 1000);
      if (row !== undefined) {
        pushed += rowLines(row);
        tables.row(row);
      }
      pushed += statusLines(fleet, cache, life.state, end - 1000);
      if (end === fleet.options.toMs) tables.content(cache, life);
    }
  }
  for (const { cache } of lives) {
    for (const incident of cache.incidents.filter(({ toMs }) => toMs >= at && toMs < at + HOUR_MS)) {
      pushed += incidentLine(cache, incident);
      tables.event(cache, incident.toMs, incidentLine(cache, incident));
    }
    const two = wallDayStart(at, ZONE) + 2 * HOUR_MS;
    if (isWarmed(cache) && two >= at && two < at + HOUR_MS) warmed += warmingLines(fleet, cache, two);
  }
  return [pushed, warmed];
}

/** The same for the peer, as CSV. */
class Tables {
  readonly #files: Record<(typeof TABLES)[number], WriteStream>;

  constructor(folder: string) {
    const file = (name: string): WriteStream => createWriteStream(join(folder, `${name}.csv`));
    this.#files = { rows: file("rows"), events: file("events"), content: file("content") };
  }

  row({ cache, timeMs, values }: FleetRow): void {
    this.#files.rows.write(`${timeMs},"${cache.server}","${cache.tags["site_name"] ?? ""}",${values.join(",")}\n`);
  }

  event({ server }: FleetCache, timeMs: number, line: string): void {
    if (line !== "") this.#files.events.write(`${timeMs},"${server}","${/title="([^"]*)"/.exec(line)?.[1] ?? ""}"\n`);
  }

  content({ server }: FleetCache, { state }: CacheLife): void {
    for (const [kind, bytes] of Object.entries(contentKinds(state.usedBytes))) {
      this.#files.content.write(`"${server}","${kind}",${bytes}\n`);
    }
  }

  async drained(): Promise<void> {
    for (const file of Object.values(this.#files)) {
      if (file.writableNeedDrain) await new Promise<void>((resolve) => file.once("drain", () => resolve()));
    }
  }

  async close(): Promise<void> {
    for (const file of Object.values(this.#files)) await new Promise<void>((resolve) => file.end(() => resolve()));
  }
}

async function pack(state: string): Promise<void> {
  for (const stream of ["receiver", "precache", "rollup"]) {
    await packSegments(streamFolder(state, stream), { most: 100_000, disk: unsynced });
  }
}
