/**
 * Fuzzing of every parser and edge.
 *
 *     npm run fuzz [-- --target T] [--seconds S, default 10 for each] [--seed N]
 *
 * T is the name of a target or the beginning of one: `core/`. Every input that shows a fault is written to
 * fixtures/fuzz/<target>/, where `npm test` tries it from then on, and where it is tried first here. A table of targets,
 * executions, inputs kept for the code they reach, characters of code reached and faults closes the run; it ends with 1 when there
 * were faults.
 */
import { parseArgs } from "node:util";
import { keepFound, keptInputs } from "./found.ts";
import { judge } from "./judge.ts";
import { loadTargets } from "./targets/targets.ts";
import { watchedRound } from "./watched-round.ts";

const { values } = parseArgs({
  options: { target: { type: "string" }, seconds: { type: "string" }, seed: { type: "string" } },
});
const seconds = Number(values.seconds ?? 10);
const seed = Number(values.seed ?? 1);
const wanted = (await loadTargets()).filter(({ target }) => target.name.startsWith(values.target ?? ""));
if (wanted.length === 0) throw new Error(`there is no target "${values.target}"`);
console.log(`seed ${seed}, ${seconds} s for each of ${wanted.length} targets`);
console.log("| target | executions | inputs kept | code reached | faults |\n|---|--:|--:|--:|--:|");
let faults = 0;
for (const { target, url } of wanted) {
  const found: string[] = [];
  for (const { file, input } of keptInputs(target.name)) {
    const fault = await judge(target, input);
    if (fault !== undefined) found.push(`still there, ${file}: ${fault.what}`);
  }
  const { executions, corpus, reached } = await watchedRound({
    ...{ url, name: target.name, seed, seconds },
    onFault: (input, { what }) => found.push(`${keepFound(target.name, input)}: ${what}`),
  });
  console.log(`| ${target.name} | ${executions} | ${corpus} | ${reached} | ${found.length} |`);
  for (const each of found) console.log(`  ${each}`);
  faults += found.length;
}
process.exitCode = faults === 0 ? 0 : 1;
