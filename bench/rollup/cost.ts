/**
 * What rolling up costs beside the pass it is part of, and what a late day costs among 400.
 *
 *     npx tsx bench/rollup/cost.ts
 *
 * 1. Back-fill: 30 days of a full database (Metrics.db, a row a minute) in one pass, shipped to a local InfluxDB 1.6.7, with
 *    and without roll-ups in turn: their share of the time and of the CPU of this process.
 * 2. Every minute: passes of one new row each on the same database, with and without roll-ups in turn. Goal: at most 10 %.
 * 3. Late: one row for a day long closed, in a journal of 400 days: bytes read and buckets written.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPass } from "../../collector/pass.ts";
import { openRollup } from "../../collector/rollup/rollup.ts";
import { createShipper } from "../../collector/ship/ship.ts";
import { sinkSchema } from "../../collector/sinks/options.ts";
import { createSink } from "../../collector/sinks/sinks.ts";
import { metricsDb } from "../../collector/sources/metrics/metrics-db.ts";
import { openJournal, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { silentLog } from "../../core/log.ts";
import { startInflux } from "../../fixtures/engines.ts";
import { cacheRows, type FleetRow, planFleet, rowLines, writeMetricsDb } from "../../fixtures/fleet/index.ts";

const ZONE = "Europe/Berlin";
const DAY_MS = 86_400_000;
const MINUTES = 40;
const ROUNDS = 4;
const FROM = Date.parse("2026-03-01T00:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "larder-rollup-cost-"));

try {
  await passes();
  await lateDay();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function measured<Result>(work: () => Promise<Result>): Promise<Cost & { readonly result: Result }> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { result, wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
}

/** Passes on one database: all of it at once, with and without roll-ups in turn, then a new row each time. */
async function passes(): Promise<void> {
  const toMs = FROM + 30 * DAY_MS;
  const fleet = planFleet({ seed: 1, caches: 1, regions: 1, fromMs: FROM, toMs, zone: ZONE, incidentsPerMonth: 0 });
  const rows = [...everyMinuteOf(cacheRows(fleet, fleet.caches[0] ?? fail()))];
  const path = join(folder, "Metrics.db");
  const influx = await startInflux();
  await influx.createDatabase("cc");
  await writeMetricsDb(path, rows.slice(0, -MINUTES));
  const without: Cost[] = [];
  const together: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await openWorld(join(folder, `${round}-plain`), path, influx.url, false);
    const rolls = await openWorld(join(folder, `${round}-rolls`), path, influx.url, true);
    without.push(await plain.pass(rows.at(-MINUTES - 1) ?? fail()));
    together.push(await rolls.pass(rows.at(-MINUTES - 1) ?? fail()));
    if (round === ROUNDS - 1) await everyMinute(plain, rolls, path, rows);
    await plain.close();
    await rolls.close();
  }
  await influx.stop();
  const [plain, rolled] = [least(without), least(together)];
  console.log(`back-fill of ${rows.length - MINUTES} rows in one pass, shipped; least of ${ROUNDS} each`);
  console.log(`  without roll-ups  ${costText(plain)}`);
  console.log(`  with roll-ups     ${costText(rolled)}`);
  const times = share(rolled.wallMs - plain.wallMs, rolled.wallMs);
  console.log(
    `  their share       ${times} of the time, ${share(rolled.cpuMs - plain.cpuMs, rolled.cpuMs)} of the CPU\n`,
  );
}

function least(costs: readonly Cost[]): Cost {
  const [first = fail(), ...others] = costs;
  return others.reduce<Cost>(
    (best, cost) => ({ wallMs: Math.min(best.wallMs, cost.wallMs), cpuMs: Math.min(best.cpuMs, cost.cpuMs) }),
    first,
  );
}

/** A row at a time, one world first and then the other. */
async function everyMinute(plain: World, rolls: World, path: string, rows: readonly FleetRow[]): Promise<void> {
  const without: Cost[] = [];
  const together: Cost[] = [];
  for (let count = rows.length - MINUTES + 1; count <= rows.length; count++) {
    await writeMetricsDb(path, rows.slice(0, count));
    const newest = rows[count - 1] ?? fail();
    const pairs: [World, Cost[]][] = [
      [plain, without],
      [rolls, together],
    ];
    for (const [world, costs] of count % 2 === 0 ? pairs : pairs.reverse()) costs.push(await world.pass(newest));
  }
  console.log(`${MINUTES} passes of one new row each`);
  console.log(`  without roll-ups  median ${median(without).toFixed(1)} ms`);
  console.log(`  with roll-ups     median ${median(together).toFixed(1)} ms`);
  console.log(`  their share       ${share(median(together) - median(without), median(together))}\n`);
}

type World = Awaited<ReturnType<typeof openWorld>>;

/** A collector by hand, so that the roll-ups' part of a pass can be timed; its clock is set to the newest row. */
async function openWorld(stateDir: string, path: string, url: string, rolls: boolean) {
  const journal = await openJournal(stateDir, "collector");
  const rollupJournal = await openJournal(stateDir, "rollup");
  const signal = new AbortController().signal;
  const options = sinkSchema.parse({ name: "a", type: "influx1", url, database: "cc" });
  const readers = [openReader(streamFolder(stateDir, "collector"), "collector")];
  const sink = await createSink({ name: options.name, target: options }, { log: silentLog });
  const shipper = await createShipper({ sink, readers, stateDir, signal });
  let clock = 0;
  const rollup = openRollup({ stateDir, journal: rollupJournal, timeZone: ZONE, nowMs: () => clock });
  const source = metricsDb({ path });
  return {
    async pass(newest: FleetRow) {
      clock = newest.timeMs + 20_000;
      return await measured(() =>
        runPass({
          stateDir,
          journal,
          sources: [source],
          shippers: [shipper],
          tagText: ",region=North,server=cache-a",
          afterReading: async () => {
            if (rolls) await rollup.run();
          },
          shipSeconds: 600,
          untilStalled: false,
          signal,
          nowMs: Date.now,
          log: silentLog,
          setAside: async (_source, rows) => rows.length,
        }),
      );
    },
    async close() {
      await shipper.close();
      await journal.close();
      await rollupJournal.close();
    },
  };
}

async function lateDay(): Promise<void> {
  const days = 400;
  const from = FROM - (days + 2) * DAY_MS;
  const fleet = planFleet({
    seed: 3,
    caches: 1,
    regions: 1,
    fromMs: from,
    toMs: from + days * DAY_MS,
    zone: ZONE,
    intervalSeconds: 600,
    incidentsPerMonth: 0,
  });
  const stateDir = join(folder, "late");
  const journal = await openJournal(stateDir, "collector");
  let lines = "";
  let oneRow = "";
  for (const row of cacheRows(fleet, fleet.caches[0] ?? fail())) {
    const text = rowLines(row);
    if (oneRow === "" && row.timeMs > from + 200 * DAY_MS) oneRow = text;
    lines += text;
    if (lines.length > 500_000) lines = await flush(lines);
  }
  await flush(lines);
  const rollupJournal = await openJournal(stateDir, "rollup");
  const rollup = openRollup({ stateDir, journal: rollupJournal, timeZone: ZONE, nowMs: () => FROM });
  const all = await measured(() => rollup.run());
  await flush(oneRow);
  const late = await measured(() => rollup.run());
  await journal.close();
  await rollupJournal.close();
  console.log(`one late row among ${days} days`);
  console.log(`  everything once   ${costText(all)}, ${all.result.closed} buckets of series`);
  console.log(
    `  the late row      ${costText(late)}, ${late.result.late} buckets of series written again, ${late.result.closed} others`,
  );

  async function flush(text: string): Promise<string> {
    const times = text
      .trimEnd()
      .split("\n")
      .map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)));
    const span = { fromMs: Math.min(...times), toMs: Math.max(...times) };
    await journal.append({ lines: text, lineCount: times.length, span });
    return "";
  }
}

/** Fills the idle minutes, so that the database is as full as one can be: 1,440 rows a day. */
function* everyMinuteOf(rows: Iterable<FleetRow>): Generator<FleetRow> {
  let last: FleetRow | undefined;
  for (const row of rows) {
    for (let ms = (last?.timeMs ?? row.timeMs) + 60_000; last !== undefined && ms < row.timeMs - 30_000; ms += 60_000) {
      yield { ...last, timeMs: ms };
    }
    yield row;
    last = row;
  }
}

function median(costs: readonly Cost[]): number {
  return costs.map(({ wallMs }) => wallMs).sort((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
}

function costText({ wallMs, cpuMs }: Cost): string {
  return `${wallMs.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms`;
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function fail(): never {
  throw new Error("the fleet has no cache");
}
