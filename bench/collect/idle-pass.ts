/**
 * A pass with nothing new: its work must not grow with the database.
 *
 * Goal: 250,000 against 10,000,000 rows, ratio at most 1.2 with node:sqlite; with sql.js an unchanged file is not read.
 *
 * Run: npx tsx bench/collect/idle-pass.ts [--small 250000] [--large 10000000] [--passes 60]; with node:sqlite under Node 24.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Collector, createCollector } from "../../collector/collector.ts";
import { collectorOptions } from "../../collector/options.ts";
import { silentLog } from "../../core/log.ts";
import { nativeAvailable } from "../../core/sqlite/open.ts";
import { measure, median, spread } from "../measure.ts";

const { values } = parseArgs({
  options: {
    small: { type: "string", default: "250000" },
    large: { type: "string", default: "10000000" },
    passes: { type: "string", default: "60" },
  },
});
const folder = await mkdtemp(join(tmpdir(), "lidle-"));
const engine = nativeAvailable() ? "node:sqlite" : "sql.js";
const worlds: { rows: number; collector: Collector; ms: number[] }[] = [];
for (const rows of [Number(values.small), Number(values.large)]) {
  const path = join(folder, `${rows}.sqlite`);
  await measure("python3", [join(import.meta.dirname, "make_stats_data.py"), path, String(rows)]);
  const options = collectorOptions.parse({ sources: { metricsSqlite: { path }, metricsDb: { enabled: false } } });
  const settings = { ...options, server: "c", stateDir: join(folder, `state${rows}`), timezone: "UTC" };
  const collector = await createCollector({ settings, log: silentLog, signal: new AbortController().signal });
  await collector.pass();
  worlds.push({ rows, collector, ms: [] });
}
for (let i = 0; i < Number(values.passes); i++) {
  for (const world of i % 2 === 0 ? worlds : [...worlds].reverse()) {
    const start = performance.now();
    await world.collector.pass();
    world.ms.push(performance.now() - start);
  }
}
for (const { rows, collector, ms } of worlds) {
  await collector.close();
  console.log(`${engine}, ${rows.toLocaleString("en")} rows: ${spread(ms)} ms a pass with nothing new`);
}
const [small, large] = worlds;
console.log(`ratio of medians ${(median(large?.ms ?? []) / median(small?.ms ?? [])).toFixed(2)}`);
await rm(folder, { recursive: true, force: true });
