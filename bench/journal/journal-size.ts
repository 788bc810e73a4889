/**
 * What a cache's journal takes of the disk: in a day, and in a year, plain and packed, and how much of it are marks.
 *
 *     npx tsx bench/journal/journal-size.ts [days] [busy]
 *
 * A pass a minute, each with its own batch, as the collector commits them: the row of the minute where there was one, the
 * status every five minutes, and how the pass went. Roll-ups with them. A school day has its quiet hours; `busy` has a
 * row with full counters in every minute.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfBatch } from "../../collector/health/self-metrics.ts";
import { openRollup } from "../../collector/rollup/rollup.ts";
import { type Journal, openJournal, streamFolder } from "../../core/journal/journal.ts";
import { packSegments } from "../../core/journal/pack-segments.ts";
import { tagText } from "../../core/line/point.ts";
import {
  CacheLife,
  cacheRows,
  chance,
  FLEET_FIELDS,
  type FleetRow,
  intervalEnds,
  planFleet,
  rowLines,
  statusLines,
} from "../../fixtures/fleet/index.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const days = Number(process.argv[2] ?? 7);
const busy = process.argv[3] === "busy";
const fromMs = Date.parse("2026-03-02T00:00:00Z");
const fleet = planFleet({
  seed: 3,
  caches: 1,
  regions: 1,
  fromMs,
  toMs: fromMs + days * DAY_MS,
  zone: "Europe/Berlin",
  intervalSeconds: 60,
  incidentsPerMonth: 0,
});
const [cache] = fleet.caches;
if (cache === undefined) throw new Error("no cache");
const folder = mkdtempSync(join(tmpdir(), "larder-size-"));
try {
  const clock = { nowMs: fromMs };
  await write(cache, clock);
  for (const stream of ["collector", "rollup"]) await report(stream);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function write(of: NonNullable<typeof cache>, clock: { nowMs: number }): Promise<void> {
  const open = async (stream: "collector" | "rollup"): Promise<Journal> =>
    await openJournal(folder, stream, { nowMs: () => clock.nowMs });
  const [journal, rollups] = [await open("collector"), await open("rollup")];
  const rollup = openRollup({
    stateDir: folder,
    journal: rollups,
    writers: [journal],
    timeZone: "Europe/Berlin",
    nowMs: () => clock.nowMs,
  });
  const rows = new Map([...cacheRows(fleet, of)].map((row) => [Math.floor(row.timeMs / MINUTE_MS), row]));
  const life = new CacheLife(fleet, of);
  const tags = tagText({ ...of.tags, server: of.server });
  let taken = 0;
  for (const end of intervalEnds(fleet)) {
    clock.nowMs = end + 20_000;
    life.step(end);
    const row = busy ? fullRow(of, end) : rows.get(Math.floor(end / MINUTE_MS));
    if (row !== undefined) {
      taken++;
      const cursor = {
        row: taken,
        guard: `${row.values[0] ?? 0}|8a0dbae7`,
        newestMs: row.timeMs,
        atNewest: 1,
        steppedMs: 0,
        overlapMs: 0,
        stamp: `65024:2311211:45056:${end}341281879:${end}341281879|-|-`,
      };
      await append(journal, rowLines(row), { "metrics-db": cursor });
    }
    if (end % (5 * MINUTE_MS) < MINUTE_MS) {
      await append(journal, statusLines(fleet, of, life.state, end), {
        "manager-status": { v: 1, atMs: end, started: fromMs },
      });
    }
    const source = {
      name: "metrics-db",
      place: "",
      rows: 1,
      lines: 7,
      newestMs: end,
      rejected: 0,
      unkept: 0,
      problem: undefined,
    };
    const pass = { startedMs: end, sources: [source], sinks: [], seconds: 0.43 };
    await journal.append(selfBatch(pass, { cursors: journal.cursors, tags, nowMs: clock.nowMs }));
    if (end % (60 * MINUTE_MS) < MINUTE_MS) await rollup.run();
  }
  await rollup.run();
  // the last segment is never packed: end it
  for (const each of [journal, rollups]) await each.close();
  for (const stream of ["collector", "rollup"] as const) {
    const last = await openJournal(folder, stream, { segmentBytes: 1 });
    await last.append({ lines: "", lineCount: 0, span: undefined });
    await last.close();
  }
}

/** A row whose counters are all large. */
function fullRow(of: NonNullable<typeof cache>, end: number): FleetRow {
  const values = FLEET_FIELDS.map((_, i) => Math.floor(chance(11, end / MINUTE_MS, i) * 10 ** (2 + (i % 8))));
  return { cache: of, timeMs: end + Math.floor(chance(12, end) * 1000), periodSeconds: 60, values };
}

async function append(
  journal: Journal,
  lines: string,
  cursors: Parameters<Journal["append"]>[0]["cursors"],
): Promise<void> {
  const times = lines.trimEnd().split("\n");
  const at = Number(times[0]?.slice(times[0].lastIndexOf(" ")));
  await journal.append({
    lines,
    lineCount: times.length,
    span: { fromMs: at, toMs: at },
    ...(cursors ? { cursors } : {}),
  });
}

async function report(stream: string): Promise<void> {
  const path = streamFolder(folder, stream);
  const names = readdirSync(path).filter((name) => name.endsWith(".lp"));
  const text = names.map((name) => readFileSync(join(path, name), "latin1")).join("");
  const marks = text
    .split("\n")
    .filter((line) => line.startsWith("#"))
    .join("\n").length;
  const packed = await packSegments(path, { most: 10_000 });
  const bytes = readdirSync(path)
    .filter((name) => name.endsWith(".gz"))
    .reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
  const perYear = (size: number): string => `${(((size / days) * 365) / 1e6).toFixed(0)} MB a year`;
  console.log(
    `${stream}: plain ${(text.length / days / 1e6).toFixed(2)} MB a day, ${perYear(text.length)}, ` +
      `marks ${((100 * marks) / text.length).toFixed(0)} %; packed ${(bytes / days / 1e3).toFixed(0)} kB a day, ${perYear(bytes)}, ` +
      `${(packed.plainBytes / packed.packedBytes).toFixed(1)} times smaller`,
  );
}
