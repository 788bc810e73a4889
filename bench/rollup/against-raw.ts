/**
 * Managers' questions from raw minutes against the same from daily roll-ups, on a part of a fleet that fits.
 *
 *     npx tsx bench/rollup/against-raw.ts [caches, default 60] [days, default 90]
 *
 * Goal: roll-ups answer at least 20 times faster. First answers are compared too.
 */
import { startInflux, startVictoria } from "../../fixtures/engines.ts";
import { fleetLines, Truth } from "../../fixtures/fleet/index.ts";
import { writeVictoria } from "../../fixtures/grafana/seed.ts";
import { median } from "../measure.ts";
import { fleetOfYear, only } from "./fleet-year.ts";
import { Answers } from "./managers-answers.ts";
import { askInflux, askVictoria } from "./managers-questions.ts";
import { ms, type Timing } from "./question-timing.ts";

const GOAL = 20;
const [caches = 60, days = 90] = process.argv.slice(2).map(Number);
const { fleet, span } = fleetOfYear(caches, days);
const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
try {
  await influx.createDatabase("cc");
  const truth = await load();
  const answers = new Answers();
  for (const { server, tags } of fleet.caches) {
    for (const [day, values] of truth.days(server)) answers.add(tags, day, values);
  }
  console.log(`${caches} caches, ${days} days, ${truth.rows} raw rows\n`);
  const place = { db: "cc", policy: "autogen" };
  const all = [
    compare(
      "InfluxDB",
      await askInflux(influx, { ...place, raw: true }, answers, span),
      await askInflux(influx, { ...place, raw: false }, answers, span),
    ),
    compare(
      "VictoriaMetrics",
      await askVictoria(victoria, { raw: true }, answers, span),
      await askVictoria(victoria, { raw: false }, answers, span),
    ),
  ];
  process.exitCode = all.every(Boolean) ? 0 : 1;
} finally {
  await Promise.all([influx.stop(), victoria.stop()]);
}

async function load(): Promise<Truth> {
  const truth = new Truth(fleet);
  const options = { statusEverySeconds: 0, selfEverySeconds: 0, warming: false, events: false };
  for await (const lines of fleetLines(fleet, options, truth)) {
    const body = only(lines, /^(bytestoclients|served_1d|fleet_1d),/);
    await Promise.all([influx.writeLines("cc", body), writeVictoria(victoria, body)]);
  }
  await victoria.flush();
  return truth;
}

function compare(title: string, slow: readonly Timing[], fast: readonly Timing[]): boolean {
  console.log(`${title}: raw minutes against roll-ups`);
  let good = true;
  for (const [i, raw] of slow.entries()) {
    const rolled = fast[i] ?? raw;
    const ratio = median(raw.againMs) / median(rolled.againMs);
    const right = raw.right && rolled.right;
    good &&= right && ratio >= GOAL;
    const again = `${ms(median(raw.againMs))} :${ms(median(rolled.againMs))} = ${ratio.toFixed(0)} times`;
    const first = `${ms(raw.firstMs)} :${ms(rolled.firstMs)} = ${(raw.firstMs / rolled.firstMs).toFixed(0)} times`;
    const verdict = `${right ? "right" : "WRONG"}, ${ratio >= GOAL ? "ok" : "MISSED"}`;
    console.log(`  ${raw.question.padEnd(38)} median ${again}   first ${first}   ${verdict}`);
  }
  console.log();
  return good;
}
