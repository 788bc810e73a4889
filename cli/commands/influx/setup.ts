/**
 * What `larder influx setup` does: plans, shows the plan, and applies it with --apply.
 *
 * @module
 */
import { type PlannedStep, planInfluxSetup } from "../../../collector/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { loadSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { NO_SINKS } from "../../named-sink.ts";
import { print, printJson } from "../../output.ts";
import { table } from "../../table.ts";
import type { InfluxSetupFlags } from "./register.ts";

/** Runs the command. */
export async function influxSetup(flags: InfluxSetupFlags): Promise<void> {
  if (flags.apply === true && flags.dryRun === true) {
    throw usage("--apply and --dry-run together: give one of them");
  }
  const { settings } = await loadSettings(flags);
  const sinks = settings.sinks.filter(({ name }) => flags.sink === undefined || name === flags.sink);
  if (settings.sinks.length === 0) {
    throw usage(NO_SINKS.why, NO_SINKS.next);
  }
  if (sinks.length === 0) {
    const names = settings.sinks.map(({ name }) => name).join(", ");
    throw usage(`no sink is called "${flags.sink}"; there are: ${names}`);
  }
  const keep = {
    raw: parseDays("--keep-days", flags.keepDays),
    rollup: parseDays("--keep-rollup-days", flags.keepRollupDays),
  };
  const steps = await planInfluxSetup(sinks, keep, await openLog("warn"));
  const todo = steps.filter(({ action }) => action === "create" || action === "change");
  if (flags.json !== true) print(stepTable(steps));
  if (flags.apply === true) for (const step of todo) await step.apply();
  if (flags.json === true) printJson({ applied: flags.apply === true, steps: steps.map(stepJson) });
  else print(`\n${summary(todo, flags.apply === true)}`);
}

/** The plan, and below it the statements. */
function stepTable(steps: readonly PlannedStep[]): string {
  const text = table(steps, [
    { title: "sink", value: ({ sink }) => sink, maxWidth: 16 },
    { title: "action", value: ({ action }) => action },
    { title: "what", value: ({ kind }) => kind },
    { title: "name", value: ({ name }) => name, maxWidth: 32 },
    { title: "", value: ({ said }) => said },
  ]);
  const statements = steps.filter(({ statement }) => statement !== "").map(({ statement }) => `  ${statement}`);
  return statements.length === 0 ? text : `${text}\n\n${statements.join("\n")}`;
}

function summary(todo: readonly PlannedStep[], applied: boolean): string {
  if (todo.length === 0) return "Nothing to do.";
  if (applied) return `${todo.length} done.`;
  return `${todo.length} to do. Nothing was changed; --apply does it.`;
}

function stepJson({ sink, action, kind, name, said, statement }: PlannedStep): unknown {
  return { sink, action, kind, name, said, statement };
}

function parseDays(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text)) throw usage(`${flag} takes a number of days, not "${text}"`);
  return Number(text);
}

function usage(said: string, next?: string): LarderError {
  return new LarderError(`Cannot set up: ${said}`, {
    code: "USAGE_INFLUX",
    state: "nothing was changed",
    ...(next === undefined ? {} : { next }),
  });
}
