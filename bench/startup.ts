/**
 * How long `larder --help` takes against a bare `node -e 0`. Goal: at most twice as long.
 *
 * Run: npx tsx bench/startup.ts [--rounds 21]
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figure } from "./figures.ts";
import { measure, median, spread } from "./measure.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "21" } } });
const larder = join(import.meta.dirname, "../dist/larder.js");
const bare: number[] = [];
const help: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  bare.push((await measure(process.execPath, ["-e", "0"])).seconds * 1000);
  help.push((await measure(process.execPath, [larder, "--help"])).seconds * 1000);
}
console.log(`node -e 0      ${spread(bare, 0)} ms`);
console.log(`larder --help  ${spread(help, 0)} ms`);
const ratios = help.map((value, i) => value / (bare[i] ?? Number.NaN));
figure({ what: "`larder --help`", unit: "ms", larder: help, peer: { name: "node -e 0", values: bare }, goal: "2 x" });
console.log(`ratio          ${spread(ratios)} (of medians ${(median(help) / median(bare)).toFixed(2)})`);
