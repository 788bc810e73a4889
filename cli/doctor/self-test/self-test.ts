/**
 * The self-test: everything that only a real Mac can show, tried out, as one report to send to the maintainers.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { METRICS_DB_PATH, runCommand } from "../../../core/cache/cache.ts";
import { errorText } from "../../../core/errors.ts";
import { VERSION } from "../../../core/version.ts";
import { cacheTrials } from "./cache-trials.ts";
import { systemTrials } from "./system-trials.ts";
import { masked, type Trial, type TrialPlace, type Verdict } from "./trial.ts";

export { masked, type TrialPlace, type Verdict } from "./trial.ts";

export const TRIALS: readonly Trial[] = [...cacheTrials, ...systemTrials];

export interface SelfTest {
  readonly larder: string;
  readonly node: string;
  readonly system: string;
  readonly trials: readonly {
    readonly trial: string;
    readonly asks: string;
    readonly verdict: Verdict;
    readonly said: readonly string[];
  }[];
}

/** Runs the trials, one after the other. A trial that breaks is a result too. */
export async function selfTest(world: TrialPlace = realTrialPlace()): Promise<SelfTest> {
  const trials: SelfTest["trials"][number][] = [];
  for (const trial of TRIALS) {
    const result = await trial.try(world).catch((error: unknown) => ({
      verdict: "failed" as const,
      said: [masked(errorText(error))],
    }));
    trials.push({ trial: trial.id, asks: trial.asks, ...result });
  }
  const versions = (await world.run("/usr/bin/sw_vers", [])).stdout;
  const macOS = ["ProductVersion", "BuildVersion"].flatMap(
    (key) => new RegExp(`^${key}:\\s*(\\S+)`, "m").exec(versions)?.[1] ?? [],
  );
  const system = [macOS.length > 0 ? `macOS ${macOS.join(" ")}` : world.system, process.arch].join(" ");
  return { larder: VERSION, node: process.version, system, trials };
}

function realTrialPlace(): TrialPlace {
  const places = { metricsDb: METRICS_DB_PATH, scratch: tmpdir() };
  return { run: runCommand, system: process.platform, places };
}
