/**
 * The whole of larder under faults: caches, collector, receiver, live page and alerts run as processes, ship to a real
 * InfluxDB and a real VictoriaMetrics, and are killed, cut off, starved and misled as a seed says. When all faults are over
 * and everything has caught up, every number everywhere equals the caches' own book.
 *
 * Run: npm run torture [-- --seeds 1..200] [--seed 7] [--ticks 40] [--faults 12] [--parallel 3] [--minutes 60]
 * [--only FAULT,FAULT] [--results FILE]; npm test runs a short form. Results are kept in the file, and seeds that are in it
 * are not played again: what was stopped goes on.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { enginesAvailable, NO_ENGINES } from "../../fixtures/engines.ts";
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
    parallel: { type: "string", default: "1" },
    minutes: { type: "string", default: "600" },
    only: { type: "string" },
    results: { type: "string" },
  },
});
if (!enginesAvailable()) throw new Error(NO_ENGINES);
if (!existsSync(LARDER)) throw new Error("build larder first: npm run build");
const until = Date.now() + Number(values.minutes) * 60_000;
const { results } = values;
const named = (Object.keys(FAULTS) as FaultName[]).filter((name) => values.only?.split(",").includes(name));
const size = {
  ...{ ticks: Number(values.ticks), faults: Number(values.faults) },
  ...(named.length === 0 ? {} : { only: named }),
};
const seeds = seedsToPlay();
const verdicts: ("right" | "wrong")[] = [];
// more than once: npm passes on what the terminal has sent already, and nothing may be left running
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
await Promise.all(Array.from({ length: Number(values.parallel) }, playNext));
const right = verdicts.filter((each) => each === "right").length;
console.log(`${right} of ${verdicts.length} worlds right`);
process.exitCode = right === verdicts.length ? 0 : 1;

/** In order, without those whose result is known. */
function seedsToPlay(): number[] {
  const [first = 1, last = first] = (values.seed ?? values.seeds).split("..").map(Number);
  const known = results !== undefined && existsSync(results) ? readFileSync(results, "utf8") : "";
  const played = new Set([...known.matchAll(/^(\d+) /gm)].map(([, seed]) => Number(seed)));
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return all.filter((seed) => !played.has(seed));
}

/** One world after the other, while there are seeds and time. */
async function playNext(): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined && Date.now() < until; seed = seeds.shift()) await playSeed(seed);
}

async function playSeed(seed: number): Promise<void> {
  const schedule = scheduleOf(seed, size);
  const began = Date.now();
  const { wrong, folder } = await play(schedule);
  const seconds = Math.round((Date.now() - began) / 1000);
  const befell = schedule.faults.map(({ fault }) => fault).join(", ");
  const verdict = wrong.length === 0 ? "right" : "wrong";
  verdicts.push(verdict);
  if (results !== undefined) appendFileSync(results, `${seed} ${verdict} ${seconds} s: ${befell}\n`);
  if (verdict === "right") {
    console.log(`seed ${seed}: right, ${seconds} s, ${befell}`);
    return;
  }
  const only = values.only === undefined ? "" : ` --only "${values.only}"`;
  const again = `npm run torture -- --seed ${seed} --ticks ${values.ticks} --faults ${values.faults}${only}`;
  console.log(
    [scheduleText(schedule), ...wrong.slice(0, 30), `kept in ${folder}, ${seconds} s`, `again: ${again}`].join("\n"),
  );
}
