/**
 * Random histories of a cache, and whether larder's numbers equal those of an independent book: journal, roll-ups,
 * `larder history`, InfluxDB and VictoriaMetrics, field by field and day by day.
 *
 * A history is a seed: a database of either generation, WAL or not, changed step by step (batches of one second, late
 * rows, purges, new files, restored backups, VACUUM, new columns, new row numbers) while `larder collect --once` of any
 * Node runs, is killed, meets a live writer or a server that crashes, and has its tags and its time zone changed. The book and the
 * comparison are Python (`world.py`, `verify.py`) and use nothing of larder.
 *
 * Run: npx tsx bench/histories/histories.ts [--seeds 200] [--first 1] [--steps 14]; npm test runs a short form.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { enginesAvailable, startInflux, startVictoria } from "../../fixtures/engines.ts";
import { type Engines, History, LARDER } from "./history.ts";

/** A history that went wrong: its seed replays it. */
export interface Failure {
  readonly seed: number;
  readonly steps: readonly string[];
  readonly wrong: readonly string[];
}

/**
 * Plays a history and compares it with its book.
 * @returns undefined when every number is right
 */
export async function playHistory(seed: number, steps: number, engines: Engines): Promise<Failure | undefined> {
  const folder = await mkdtemp(join(tmpdir(), `history-${seed}-`));
  await mkdir(join(folder, "state"));
  const history = new History(seed, folder, engines);
  let wrong: string[];
  try {
    wrong = await history.play(steps);
  } catch (error) {
    wrong = [error instanceof Error ? error.message : String(error)];
  }
  if (wrong.length === 0) await rm(folder, { recursive: true, force: true });
  return wrong.length === 0 ? undefined : { seed, steps: [...history.steps, `kept in ${folder}`], wrong };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "200" },
      first: { type: "string", default: "1" },
      steps: { type: "string", default: "14" },
    },
  });
  if (!enginesAvailable() || !existsSync(LARDER))
    throw new Error("run npm run build and node scripts/test/engines.mjs first");
  const [influx, victoria] = await Promise.all([startInflux(), startVictoria()]);
  const first = Number(values.first);
  let failed = 0;
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    const failure = await playHistory(seed, Number(values.steps), { influx, victoria });
    if (failure === undefined) console.log(`seed ${seed}: right`);
    else {
      failed++;
      console.log(`seed ${seed}: WRONG\n  ${failure.steps.join("\n  ")}\n  ${failure.wrong.slice(0, 20).join("\n  ")}`);
    }
  }
  console.log(`${Number(values.seeds) - failed} of ${values.seeds} histories right`);
  await Promise.all([influx.stop(), victoria.stop()]);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1] === new URL(import.meta.url).pathname) await main();
