/**
 * Managers' questions over a year of a whole fleet, from daily roll-ups.
 *
 *     npx tsx bench/rollup/questions.ts [caches, default 2000] [days, default 365] [--default-shards]
 *
 * One InfluxDB 1.6.7 (a retention policy as `larder influx setup` makes it for roll-ups; with --default-shards also the
 * server's own shards of 7 days, which take long to load) and one VictoriaMetrics 1.79.5 get the days of all caches in
 * three numbers, `served_1d` and `fleet_1d`. Every answer is compared with the true sums.
 *
 * Goal: each answer in under 1 s, the first too. How much faster than from raw minutes: rollup-against-raw.ts.
 */
import { startInflux, startVictoria } from "../../fixtures/engines.ts";
import { cacheTagText, dailySums, servedLines } from "../../fixtures/fleet/index.ts";
import { writeVictoria } from "../../fixtures/grafana/seed.ts";
import { fleetOfYear } from "./fleet-year.ts";
import { Answers } from "./managers-answers.ts";
import { askInflux, askVictoria } from "./managers-questions.ts";
import { printTimings } from "./question-timing.ts";

const defaultShards = process.argv.includes("--default-shards");
const [caches = 2000, days = 365] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith("--"))
  .map(Number);
const { fleet, span } = fleetOfYear(caches, days);
const answers = new Answers();
const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
try {
  await influx.createDatabase("cc");
  await influx.query("", 'CREATE RETENTION POLICY "rollup" ON "cc" DURATION INF REPLICATION 1 SHARD DURATION 52w');
  await load();
  const rolled = { db: "cc", raw: false };
  if (defaultShards) {
    const asked = await askInflux(influx, { ...rolled, policy: "autogen" }, answers, span);
    printTimings("InfluxDB, shards of 7 days", asked);
  }
  const all = [
    printTimings("InfluxDB", await askInflux(influx, { ...rolled, policy: "rollup" }, answers, span)),
    printTimings("VictoriaMetrics", await askVictoria(victoria, rolled, answers, span)),
  ];
  process.exitCode = all.every(Boolean) ? 0 : 1;
} finally {
  await Promise.all([influx.stop(), victoria.stop()]);
}

async function load(): Promise<void> {
  const began = performance.now();
  let batch = "";
  let written = 0;
  const flush = async (): Promise<void> => {
    const body = batch;
    batch = "";
    await Promise.all([
      defaultShards ? influx.writeLines("cc", body, "autogen") : undefined,
      influx.writeLines("cc", body, "rollup"),
      writeVictoria(victoria, body),
    ]);
  };
  for (const cache of fleet.caches) {
    for (const [day, sums] of dailySums(fleet, cache)) {
      answers.add(cache.tags, day, sums);
      batch += servedLines(cacheTagText(cache), sums, day);
      written++;
    }
    if (batch.length > 4_000_000) await flush();
  }
  if (batch !== "") await flush();
  await victoria.flush();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${caches} caches, ${days} days: ${written} days of caches to each engine in ${seconds} s\n`);
}
