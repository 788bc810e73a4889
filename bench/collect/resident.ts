/**
 * What the built program keeps of memory as a daemon: a pass a second with the 21 rows a cache writes in a minute, rolled
 * up and shipped to a real InfluxDB 1.6.7, after a back-fill.
 *
 * Goal: at most 90 MB resident, the median of the last passes. The peak of the back-fill is printed separately.
 *
 * Run: npm run build; npx tsx bench/collect/resident.ts [--rows 900000] [--seconds 40] [--node /path/to/node]
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { streamFolder } from "../../core/journal/journal.ts";
import { lastCommit } from "../../core/journal/last-commit.ts";
import { DatabaseOwner } from "../../core/sqlite/testing/owner.ts";
import { startInflux } from "../../fixtures/engines.ts";
import { measure, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "900000" },
    seconds: { type: "string", default: "40" },
    node: { type: "string", default: process.execPath },
  },
});
const here = import.meta.dirname;
const folder = await mkdtemp(join(tmpdir(), "lresident-"));
const path = join(folder, "Metrics.sqlite");
const config = join(folder, "larder.json");
await measure("python3", [join(here, "make_stats_data.py"), path, values.rows]);
const influx = await startInflux();
await influx.createDatabase("larder");
await writeFile(
  config,
  JSON.stringify({
    server: "c",
    stateDir: join(folder, "state"),
    schedule: "* * * * * *",
    spreadSeconds: 0,
    sources: { metricsSqlite: { path }, metricsDb: { enabled: false }, managerStatus: { enabled: false } },
    sinks: [{ name: "influx", type: "influx1", url: influx.url, database: "larder" }],
  }),
);
const larder = join(here, "../../dist/larder.js");
await measure(values.node, [larder, "collect", "--once", "--json", "--config", config]);
const daemon = spawn(values.node, [larder, "collect", "--config", config], { stdio: "ignore" });
const ended = new Promise((resolve) => daemon.once("close", resolve));
const owner = new DatabaseOwner(path);
const names = await owner.sql("SELECT DISTINCT metricName FROM (SELECT metricName FROM statsData LIMIT 100)");
const resident: number[] = [];
for (let i = 0; i < Number(values.seconds); i++) {
  const [[last, date] = []] = await owner.sql("SELECT max(rowid), max(collectionDate) FROM statsData");
  await owner.many(
    "INSERT INTO statsData VALUES (?, ?, ?, ?, ?)",
    names.map(([name], k) => [Number(last) + k + 1, Number(date) + 60, Number(date) + 604_860, name ?? "", 1000 + k]),
  );
  await sleep(1000);
  if (i >= Number(values.seconds) / 2) resident.push(memoryMb("VmRSS"));
}
const peak = memoryMb("VmHWM");
const [[last] = []] = await owner.sql("SELECT max(rowid) FROM statsData");
const cursors = (await lastCommit(streamFolder(join(folder, "state"), "collector")))?.cursors;
daemon.kill("SIGTERM");
await ended;
await owner.close();
await influx.stop();
await rm(folder, { recursive: true, force: true });
const read = cursors?.["metrics-sqlite"];
// a daemon that does nothing takes little memory: it must have kept up, but for what came while it was ended
if (typeof read !== "object" || read === null || !("row" in read) || Number(read.row) < Number(last) - 3 * names.length)
  throw new Error(`of ${last} rows it has read ${JSON.stringify(read)}`);
console.log(
  `${values.rows} rows, then ${Number(last) - Number(values.rows)} at ${names.length} a second; ${values.node}`,
);
console.log(
  `resident ${spread(resident, 0)} MB (least, median, most of the second half); highest ${peak.toFixed(0)} MB`,
);

function memoryMb(what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${daemon.pid}/status`, "utf8");
  return (Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
}
