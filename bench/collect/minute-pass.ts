/**
 * What a minute costs: a pass that finds the 21 rows a cache writes in a minute, reads them, rolls up and ships them to a
 * real InfluxDB 1.6.7, against the Python program an admin would have cron start every minute.
 *
 * Counted is processor time, which a busy machine changes little. Goal: at most 15 ms a pass with node:sqlite and 40 ms
 * with sql.js, at most 90 MB of memory at a pass a second, and less than the Python program takes.
 *
 * Run: npx tsx bench/collect/minute-pass.ts [--rows 900000] [--passes 60]; with node:sqlite under Node 24.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createCollector } from "../../collector/collector.ts";
import { collectorOptions } from "../../collector/options.ts";
import { silentLog } from "../../core/log.ts";
import { nativeAvailable } from "../../core/sqlite/open.ts";
import { DatabaseOwner } from "../../core/sqlite/testing/owner.ts";
import { startInflux } from "../../fixtures/engines.ts";
import { figure } from "../figures.ts";
import { measure, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "900000" },
    passes: { type: "string", default: "60" },
    pause: { type: "string", default: "1000" },
  },
});
/** Passes that still pack what the back-fill wrote. */
const WARM_UP = 20;
const folder = await mkdtemp(join(tmpdir(), "lminute-"));
const path = join(folder, "Metrics.sqlite");
await measure("python3", [join(import.meta.dirname, "make_stats_data.py"), path, values.rows]);
const influx = await startInflux();
await influx.createDatabase("larder");
await influx.createDatabase("peer");

const options = collectorOptions.parse({
  sources: { metricsSqlite: { path }, metricsDb: { enabled: false }, managerStatus: { enabled: false } },
  sinks: [{ name: "influx", type: "influx1", url: influx.url, database: "larder" }],
});
const settings = { ...options, server: "c", stateDir: join(folder, "state"), timezone: "Europe/Berlin" };
/** The database is of 2017: rows come at the time they are of, as a cache's do. */
let nowMs = 0;
const collector = await createCollector({
  settings,
  log: silentLog,
  signal: new AbortController().signal,
  nowMs: () => nowMs,
});
const owner = new DatabaseOwner(path);
const [names = []] = [await owner.sql("SELECT DISTINCT metricName FROM (SELECT metricName FROM statsData LIMIT 100)")];
const newest = async (): Promise<readonly [last: number, date: number]> => {
  const [[last, date] = []] = await owner.sql("SELECT max(rowid), max(collectionDate) FROM statsData");
  return [Number(last), Number(date)];
};
nowMs = ((await newest())[1] + 30) * 1000;
await collector.pass();
const processorMs: number[] = [];
let rssMb = 0;
for (let i = 0; i < Number(values.passes) + WARM_UP; i++) {
  const [last, date] = await newest();
  await owner.many(
    "INSERT INTO statsData VALUES (?, ?, ?, ?, ?)",
    names.map(([name], k) => [last + k + 1, date + 60, date + 604_860, name ?? "", 1000 + k]),
  );
  nowMs = (date + 90) * 1000;
  await sleep(Number(values.pause));
  const before = process.cpuUsage();
  const report = await collector.pass();
  const { user, system } = process.cpuUsage(before);
  if (report.sources[0]?.rows !== names.length) throw new Error(`${report.sources[0]?.rows} rows were read`);
  if (i < WARM_UP) continue;
  processorMs.push((user + system) / 1000);
  rssMb = Math.max(rssMb, process.memoryUsage.rss() / 1e6);
}
await collector.close();

const PEER = `
import json, resource, sqlite3, subprocess, sys
for i in range(10): subprocess.run([sys.executable, "-S", sys.argv[1], *sys.argv[2:]], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) * 100)
`;
const program = join(import.meta.dirname, "minute_pass_peer.py");
const peer = await measure("python3", ["-c", PEER, program, path, influx.url, "peer"]);
await owner.close();
await influx.stop();
await rm(folder, { recursive: true, force: true });
const engine = nativeAvailable() ? "node:sqlite" : "sql.js";
console.log(`${engine}, Node ${process.versions.node}: ${spread(processorMs)} ms processor time a pass of 21 rows`);
console.log(`resident at most ${rssMb.toFixed(0)} MB (tsx and its cache included)`);
console.log(`python3, started for each pass: ${Number(peer.stdout).toFixed(0)} ms processor time`);
figure({
  what: `a pass of 21 rows, processor time, ${engine}`,
  unit: "ms",
  larder: processorMs,
  peer: { name: "python3", values: [Number(peer.stdout)] },
  goal: "1 x",
});
