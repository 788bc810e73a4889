/**
 * What `larder alerts rules` does: every rule, its limits with their origins, and what it says now.
 *
 * @module
 */
import { forSecondsOf, type Inspection, type LimitView, type RuleReport, ruleTitle } from "../../../alerts/index.ts";
import { momentText } from "../../../core/time/moments.ts";
import { ageText, countText, durationText } from "../../../core/words/amounts.ts";
import { flow } from "../../../core/words/columns.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { type LoadedSettings, loadSettings, type Settings } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { table } from "../../table.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import { inspecting, limitJson, limitOrigins, limitText, limitValues, stateOf, tagsText } from "./inspecting.ts";

export type RulesFlags = SettingsCommandFlags;

/** Runs the command. */
export async function rules(flags: RulesFlags): Promise<void> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal("alerts rules", loaded);
  const inspection = await inspecting(loaded);
  if (flags.json === true) printJson(rulesJson(inspection, loaded));
  else
    print(
      rulesText(inspection, { nowMs: Date.now(), timeZone: loaded.settings.timezone, options: loaded.settings.alerts }),
    );
}

const STATES = ["firing", "pending", "ok", "unknown"] as const;

/** The gravest state, and of how many it is so: `firing 2/200`. */
function nowText({ offBy, judgements }: RuleReport): string {
  if (offBy !== undefined) return "off";
  const states = judgements.map(stateOf);
  const gravest = STATES.find((state) => states.includes(state)) ?? "unknown";
  const count = states.filter((state) => state === gravest).length;
  return states.length < 2 ? gravest : `${gravest} ${count}/${states.length}`;
}

interface Row {
  readonly rule: string;
  readonly now: string;
  readonly lasts: string;
  readonly limit: LimitView | undefined;
  /** Lines below: limits of some caches. */
  readonly more: readonly string[];
}

/** Rules whose limit is a budget of the settings. */
const BUDGETS: Readonly<Record<string, "wanGbPerDay" | "wanGbPerMonth">> = {
  "wan-day": "wanGbPerDay",
  "wan-month": "wanGbPerMonth",
  "wan-forecast": "wanGbPerMonth",
};

function budgetLine(rule: string, options: WatchOptions): string[] {
  const key = BUDGETS[rule];
  if (key === undefined) return [];
  const budget = options[key];
  return [`  alerts.${key}: ${budget === undefined ? "not set, so nothing is watched" : `${budget} GB`}`];
}

function rowsOf(report: RuleReport, options: WatchOptions): Row[] {
  const { rule, limits, overrides } = report;
  const own = budgetLine(rule.id, options);
  const others = overrides.flatMap(({ tags, limits: own }) =>
    own
      .filter(({ settings }) => settings.length > 0)
      .map((limit) => `  ${limitOrigins(limit)}, ${tagsText(tags)}: ${limitText(limit)}`),
  );
  const more = [...own, ...others];
  const lasts = forSecondsOf(rule) === 0 ? "at once" : durationText(forSecondsOf(rule));
  const [first, ...rest] = limits.filter(isNumber);
  const named = { rule: rule.id, now: nowText(report), lasts, limit: first };
  const below = rest.map((limit) => ({ rule: "", now: "", lasts: "", limit, more: [] }));
  return below.length === 0 ? [{ ...named, more }] : [{ ...named, more: [] }, ...withMore(below, more)];
}

/** Of what should never, or always, be there a limit says nothing. */
function isNumber({ name }: LimitView): boolean {
  return name !== "any" && name !== "always";
}

/** The last of several rows has the lines below. */
function withMore(rows: readonly Row[], more: readonly string[]): Row[] {
  return rows.map((row, i) => (i === rows.length - 1 ? { ...row, more } : row));
}

type WatchOptions = Settings["alerts"];

interface RulesShown {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly options: WatchOptions;
}

/** A table of 80 columns, and what the watch has looked at last. */
export function rulesText(
  { rules: all, caches, lookMs }: Inspection,
  { nowMs, timeZone, options }: RulesShown,
): string {
  const looked =
    lookMs === undefined
      ? ["No watch has looked yet: the daemon does after each pass,", "once alerts.notifiers has an entry."]
      : [`The watch last looked ${ageText(nowMs - lookMs)} ago, at ${momentText(lookMs, timeZone)}.`];
  const rows = all.flatMap((each) => rowsOf(each, options));
  const [titles = "", line = "", ...lines] = table(rows, [
    { title: "rule", value: ({ rule }) => rule },
    { title: "now", value: ({ now }) => now, maxWidth: 15 },
    { title: "lasts", value: ({ lasts }) => lasts },
    { title: "threshold", value: ({ limit }) => limit?.name ?? "" },
    { title: "amber / red", value: ({ limit }) => (limit === undefined ? "" : limitValues(limit)) },
  ]).split("\n");
  return [
    ...[titles, line],
    ...lines.flatMap((each, i) => [each, ...(rows[i]?.more ?? []).flatMap((more) => flow(more.split(" "), " ", 80))]),
    "",
    `${countText(caches.length, "cache")}. Limits are built in; those of alerts.overrides are below their rule.`,
    ...looked,
    "Why one does or does not fire: larder alerts explain RULE",
  ].join("\n");
}

function rulesJson({ rules: all, caches, lookMs }: Inspection, { origins }: LoadedSettings): unknown {
  return scriptAnswer({
    lookMs,
    caches,
    rules: all.map(({ rule, limits, overrides, offBy, judgements }) => ({
      rule: rule.id,
      title: ruleTitle(rule.id, "en"),
      about: rule.about,
      forSeconds: forSecondsOf(rule),
      heldBackBy: rule.inhibitedBy,
      offBy,
      limits: limits.map((limit) => limitJson(limit, origins)),
      overrides: overrides.map(({ tags, limits: own }) => ({
        tags,
        limits: own.map((limit) => limitJson(limit, origins)),
      })),
      counts: Object.fromEntries(
        STATES.map((state) => [state, judgements.filter((each) => stateOf(each) === state).length]),
      ),
    })),
  });
}
