/**
 * The whole of larder under faults: caches, collector, receiver, live page and alerts run as processes, ship to a real
 * InfluxDB and a real VictoriaMetrics, and are killed, cut off, starved and misled as a seed says. When all faults are over
 * and everything has caught up, every number everywhere equals the caches' own book.
 *
 * Run: npm run torture [-- --seeds 1..200] [--seed 7] [--ticks 40] [--faults 12] [--minutes 60] [--only FAULT,FAULT] [--results FILE]; npm test
 * runs a short form. Results are kept in the file, and seeds that are in it are not played again: what was stopped goes on.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { enginesAvailable, NO_ENGINES, startInflux, startVictoria } from "../../fixtures/engines.ts";
import { FAULTS, type FaultName } from "./faults.ts";
import { play } from "./play.ts";
import { LARDER } from "./program.ts";
import { scheduleOf, scheduleText } from "./schedule.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1..5" },
    seed: { type: "string" },
    ticks: { type: "string", default: "40" },
    faults: { type: "string", default: "12" },
    minutes: { type: "string", default: "600" },
    only: { type: "string" },
    results: { type: "string" },
  },
});
if (!enginesAvailable()) throw new Error(NO_ENGINES);
if (!existsSync(LARDER)) throw new Error("build larder first: npm run build");
const [first = 1, last = first] = (values.seed ?? values.seeds).split("..").map(Number);
const until = Date.now() + Number(values.minutes) * 60_000;
const { results } = values;
const known = results !== undefined && existsSync(results) ? readFileSync(results, "utf8") : "";
const played = new Set([...known.matchAll(/^(\d+) /gm)].map(([, seed]) => Number(seed)));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
const named = (Object.keys(FAULTS) as FaultName[]).filter((name) => values.only?.split(",").includes(name));
const only = named.length === 0 ? {} : { only: named };
let [right, wrong] = [0, 0];
for (let seed = first; seed <= last && Date.now() < until; seed++) {
  if (played.has(seed)) continue;
  const schedule = scheduleOf(seed, { ticks: Number(values.ticks), faults: Number(values.faults), ...only });
  const began = Date.now();
  const world = await play(schedule, { influx, victoria });
  const seconds = Math.round((Date.now() - began) / 1000);
  const befell = schedule.faults.map(({ fault }) => fault).join(", ");
  const verdict = world.wrong.length === 0 ? "right" : "wrong";
  if (results !== undefined) appendFileSync(results, `${seed} ${verdict} ${seconds} s: ${befell}\n`);
  if (world.wrong.length === 0) {
    right++;
    console.log(`seed ${seed}: right, ${seconds} s, ${befell}`);
  } else {
    wrong++;
    const replay = `again: npm run torture -- --seed ${seed} --ticks ${values.ticks} --faults ${values.faults}${values.only === undefined ? "" : ` --only "${values.only}"`}`;
    console.log([scheduleText(schedule), ...world.wrong.slice(0, 30), `kept in ${world.folder}`, replay].join("\n"));
  }
}
await Promise.all([influx.stop(), victoria.stop()]);
console.log(`${right} of ${right + wrong} worlds right`);
process.exitCode = wrong === 0 ? 0 : 1;
