/**
 * Commands of larder's own alerts: `larder alerts check`, `test`, `rules`, `explain`, `history`, `silence`.
 *
 * @module
 */
import type { Command } from "commander";
import { withSettings } from "../../settings-flags.ts";
import type { CheckFlags } from "./check.ts";
import type { DailyFlags } from "./daily.ts";
import type { ExplainFlags } from "./explain.ts";
import type { PastFlags } from "./past.ts";
import type { RulesFlags } from "./rules.ts";
import type { AddFlags, ListFlags, RemoveFlags } from "./silence.ts";
import type { TestFlags } from "./try-notifier.ts";

/** Registers them in the group. */
export function registerWatch(alerts: Command): void {
  registerCheck(alerts);
  registerTest(alerts);
  registerRules(alerts);
  registerExplain(alerts);
  registerPast(alerts);
  registerDaily(alerts);
  registerSilence(alerts.command("silence").description("Alerts of which nobody is notified for a time."));
}

function registerCheck(alerts: Command): void {
  const command = alerts
    .command("check")
    .description("Judge every cache in the journal by all rules, and notify those in the settings of what is new.")
    .option("--dry-run", "show what fires, notify nobody, keep nothing");
  withSettings(command).action(async (flags: CheckFlags) => {
    const { check } = await import("./check.ts");
    await check(flags);
  });
}

function registerTest(alerts: Command): void {
  const command = alerts
    .command("test")
    .description("Send a test message to a notifier of the settings.")
    .requiredOption("--to <name>", "its name in alerts.notifiers");
  withSettings(command).action(async (flags: TestFlags) => {
    const { tryNotifier } = await import("./try-notifier.ts");
    await tryNotifier(flags);
  });
}

function registerRules(alerts: Command): void {
  const command = alerts
    .command("rules")
    .description("Show what is watched, the limits and where each comes from, and the state now.");
  withSettings(command).action(async (flags: RulesFlags) => {
    const { rules } = await import("./rules.ts");
    await rules(flags);
  });
}

function registerExplain(alerts: Command): void {
  const command = alerts
    .command("explain <rule>")
    .description("Show why a rule did or did not notify anybody, with the numbers it looked at.")
    .option("--cache <server>", "of this cache only");
  withSettings(command).action(async (rule: string, flags: ExplainFlags) => {
    const { explain } = await import("./explain.ts");
    await explain(rule, flags);
  });
}

function registerPast(alerts: Command): void {
  const command = alerts
    .command("history")
    .description("Show the alerts there were, the newest first.")
    .option("--from <time>", "7d, 24h, today, 2026-11-01, 2026-11-01T08:00", "7d")
    .option("--to <time>", "as --from", "now")
    .option("--rule <rule>", "of this rule only")
    .option("--cache <server>", "of this cache only");
  withSettings(command).action(async (flags: PastFlags) => {
    const { past } = await import("./past.ts");
    await past(flags);
  });
}

function registerDaily(alerts: Command): void {
  const command = alerts
    .command("daily")
    .description("Send the report of a day to those in the settings; the daemon does at alerts.daily.schedule.")
    .option("--day <date>", "yesterday, today or 2026-11-28", "yesterday")
    .option("--to <name>", "to this notifier of alerts.notifiers only")
    .option("--html <file>", "write it as a page too")
    .option("--dry-run", "print it as text, send nothing");
  withSettings(command).action(async (flags: DailyFlags) => {
    const { daily } = await import("./daily.ts");
    await daily(flags);
  });
}

function registerSilence(silence: Command): void {
  const add = silence
    .command("add")
    .description("Notify nobody of some alerts until a moment; what still fires then is reported.")
    .option("--rule <rule>", "alerts of this rule")
    .option("--cache <server>", "alerts of this cache")
    .option("--site <name>", "alerts of caches of this site, by its code or name")
    .option("--tag <key=value>", "alerts of caches with this tag; may be repeated", gather, [])
    .option("--all", "all alerts")
    .option("--for <length>", "how long: 90m, 4h, 3d, 2w")
    .option("--until <time>", "when it ends: 2026-12-24, 2026-12-24T12:00")
    .requiredOption("--why <text>", "why, for those who wonder")
    .option("--who <name>", "who wants it (default: you)")
    .option("--dry-run", "show what it would cover, keep nothing");
  withSettings(add).action(async (flags: AddFlags) => {
    const { silenceAdd } = await import("./silence.ts");
    await silenceAdd(flags);
  });
  const list = silence
    .command("list")
    .description("Show the silences that hold.")
    .option("--all", "those that ended in the last three months too");
  withSettings(list).action(async (flags: ListFlags) => {
    const { silenceList } = await import("./silence.ts");
    await silenceList(flags);
  });
  const remove = silence
    .command("remove <id>")
    .description("End a silence now.")
    .option("--dry-run", "show it, change nothing");
  withSettings(remove).action(async (id: string, flags: RemoveFlags) => {
    const { silenceRemove } = await import("./silence.ts");
    await silenceRemove(id, flags);
  });
}

function gather(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}
