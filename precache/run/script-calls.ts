/**
 * The two scripts of a run: one that may refuse it, one that hears how it went.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { PrecacheOptions } from "../options.ts";
import type { WarmSummary } from "../warm/warm.ts";
import { runScript, summaryEnvironment } from "./scripts.ts";

/** @throws LarderError `PRESCRIPT_FAILED` when it refuses; `CONFIG_SCRIPT` */
export async function askPrescript({ prescript, scriptTimeout }: PrecacheOptions): Promise<void> {
  const before = await runScript(prescript, {}, { timeoutSeconds: scriptTimeout });
  if (before.outcome === "failed") throw prescriptFailed(prescript, before.exitCode, before.said);
}

/** How a run went, for the postscript. */
export interface RunOutcome {
  readonly summary: WarmSummary | undefined;
  readonly exitCode: number;
  /** It did nothing. */
  readonly skipped: boolean;
}

/** Runs the postscript; its answer is only logged, for the run is over. */
export async function tellPostscript(options: PrecacheOptions, log: Log, outcome: RunOutcome): Promise<void> {
  const { postscript: script, scriptTimeout } = options;
  const environment = summaryEnvironment(outcome.summary, outcome.exitCode, outcome.skipped ? "skipped" : undefined);
  try {
    const after = await runScript(script, environment, { timeoutSeconds: scriptTimeout });
    if (after.outcome === "failed") {
      log.warn("the postscript failed", { script, exitCode: after.exitCode, said: after.said });
    }
  } catch (error) {
    log.warn("the postscript was not run", { script, why: String(error) });
  }
}

function prescriptFailed(path: string | undefined, exitCode: number | undefined, said: string): LarderError {
  return new LarderError(`Cannot run: the prescript "${path}" ended with ${exitCode ?? "no code"}: ${said}`, {
    code: "PRESCRIPT_FAILED",
    state: "nothing was fetched",
    next: `run "${path}" by hand and see`,
  });
}
