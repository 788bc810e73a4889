/**
 * What `larder alerts explain` does: why a rule did or did not notify anybody, with the numbers.
 *
 * @module
 */
import {
  forSecondsOf,
  type JudgedSubject,
  type Looked,
  type Outcome,
  type RuleReport,
  ruleTitle,
} from "../../../alerts/index.ts";
import { momentText } from "../../../core/time/moments.ts";
import { ageText, bytesText, countText, durationText } from "../../../core/words/amounts.ts";
import { flow } from "../../../core/words/columns.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { type LoadedSettings, loadSettings } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import {
  checkCache,
  checkRule,
  inspecting,
  limitJson,
  limitOrigins,
  limitText,
  stateOf,
  tagsText,
  valueText,
} from "./inspecting.ts";

export interface ExplainFlags extends SettingsCommandFlags {
  readonly cache?: string;
}

/** Caches that are explained in full: of more, those that are well are counted. */
const MOST_IN_FULL = 3;
const WIDTH = 80;

/** Runs the command. @throws LarderError `USAGE_RULE`, `USAGE_CACHE` */
export async function explain(rule: string, flags: ExplainFlags): Promise<void> {
  checkRule(rule);
  const loaded = await loadSettings(flags);
  checkWhoseJournal(`alerts explain ${rule}`, loaded);
  const { rules, caches } = await inspecting(loaded);
  const report = rules.find((each) => each.rule.id === rule);
  if (report === undefined) return;
  if (flags.cache !== undefined && report.rule.about === "cache") checkCache(flags.cache, caches);
  const judgements = report.judgements.filter(({ server }) => server === (flags.cache ?? server));
  const shown = { ...report, judgements };
  if (flags.json === true) printJson(explainJson(shown, loaded));
  else print(explainText(shown, { nowMs: Date.now(), timeZone: loaded.settings.timezone }));
}

interface Now {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** The rule, then each cache: in full where there are few or something is wrong, else counted. */
export function explainText({ rule, judgements }: Pick<RuleReport, "rule" | "judgements">, now: Now): string {
  const full =
    judgements.length <= MOST_IN_FULL
      ? judgements
      : judgements.filter((each) => stateOf(each) === "firing" || stateOf(each) === "pending");
  const rest = judgements.filter((each) => !full.includes(each));
  const counts = (["ok", "unknown", "off"] as const).flatMap((state) => {
    const count = rest.filter((each) => stateOf(each) === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const rules = [
    `has to last ${forSecondsOf(rule) === 0 ? "for no time" : durationText(forSecondsOf(rule))}`,
    ...(rule.inhibitedBy.length === 0 ? [] : [`held back by ${rule.inhibitedBy.join(", ")}`]),
  ];
  return [
    ...flow(`${rule.id}: ${ruleTitle(rule.id, "en")}; ${rules.join("; ")}`.split(" "), " ", WIDTH),
    ...(judgements.length === 0 ? ["", "The journal has nothing it could be asked of."] : []),
    ...full.flatMap((each) => ["", ...judgementLines(each, now)]),
    ...(rest.length === 0 ? [] : ["", `${counts.join(", ")}; --cache NAME shows why`]),
  ].join("\n");
}

function judgementLines(
  { server, part, tags, outcome, verdict, looked, limits, alert }: JudgedSubject,
  now: Now,
): string[] {
  const where = Object.keys(tags).length === 0 ? "" : tagsText(tags);
  const names = looked.map(({ fact }) => fact.length);
  const width = Math.max(0, ...names, ...limits.map(({ name }) => name.length));
  const line = (title: string, text: string): string[] =>
    flow(text.split(" "), " ", WIDTH - 12).map((each, i) => `  ${(i === 0 ? title : "").padEnd(10)}${each}`);
  const values = verdict.is === "firing" ? Object.entries(verdict.values) : [];
  return [
    `${[server, part].filter((each) => each !== "").join(" ")}${where === "" ? "" : `  (${where})`}`,
    ...line(outcome.is === "ok" ? "ok" : outcome.is, outcomeText(outcome, now)),
    ...(alert === undefined ? [] : line("since", sinceText(alert.sinceMs, now))),
    ...looked.map(
      (each, i) => `  ${(i === 0 ? "looked at" : "").padEnd(10)}${each.fact.padEnd(width)}  ${factText(each, now)}`,
    ),
    ...limits.map(
      (limit, i) => `  ${(i === 0 ? "limits" : "").padEnd(10)}${limitText(limit)}  (${limitOrigins(limit)})`,
    ),
    ...(values.length === 0
      ? []
      : line(
          "found",
          values
            .map(([name, value]) => `${name} ${typeof value === "number" ? foundText(name, value) : value}`)
            .join(", "),
        )),
  ];
}

function foundText(name: string, value: number): string {
  if (name === "seconds") return durationText(value);
  return /bytes|budget|served|used/i.test(name) ? bytesText(Math.round(value)) : valueText(name, value);
}

function sinceText(ms: number, { nowMs, timeZone }: Now): string {
  return `${momentText(ms, timeZone)}, ${ageText(nowMs - ms)} ago`;
}

const UNKNOWN: Readonly<Record<string, string>> = {
  "no-data": "nothing is known of it",
  "old-data": "what is known of it is too old",
  between: "between the limit where it fires and the one where it is well: an alert stays as it is",
  "off-hours": "outside its hours it need not be heard (alerts.workHours, alerts.holidays)",
  "quiet-day": "the day was not busy enough to judge by, or a holiday",
  "no-limit": "no limit is set for it",
};

/** One sentence for what came of a verdict. */
export function outcomeText(outcome: Outcome, now: Now): string {
  const at = (ms: number): string => momentText(ms, now.timeZone);
  switch (outcome.is) {
    case "ok":
      return "nothing is wrong";
    case "off":
      return `not watched: ${outcome.by}`;
    case "unknown":
      return UNKNOWN[outcome.why] ?? outcome.why;
    case "pending":
      return `wrong since ${at(outcome.seenMs)}; an alert when it lasts until ${at(outcome.firesMs)}`;
    case "held-back":
      return `nobody is notified while ${outcome.by} fires for the same cache`;
    case "listed-only":
      return "it holds back others, and nobody is ever notified of it";
    case "quiet":
      return "it waits for the end of the quiet hours or the holiday, as it need not be seen to now";
    case "silenced": {
      const { until, who, why } = outcome.silence;
      const by = who === undefined ? "" : ` by ${who}`;
      return `silenced${by} until ${at(Date.parse(until))}${why === undefined ? "" : `: ${why}`}`;
    }
    case "grouping":
      return `it waits for others of its place until ${at(outcome.reportsMs)}`;
    case "notified": {
      const reminders = outcome.reminders === 0 ? "" : `, ${countText(outcome.reminders, "reminder")} since`;
      return `people were notified at ${at(outcome.reportedMs)}${reminders}; next reminder ${at(outcome.nextMs)}`;
    }
    case "recovering":
      return `looks well since ${at(outcome.wellMs)}; over when that lasts until ${at(outcome.overMs)}`;
  }
}

/** A fact in the unit its name has. */
function factText({ fact, value }: Looked, now: Now): string {
  if (value === undefined) return "unknown";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value === "" ? "–" : value;
  if (fact.endsWith("Ms")) return sinceText(value, now);
  return /(?:Bytes|\.served|\.fromApple)$/.test(fact) ? bytesText(Math.round(value)) : valueText(fact, value);
}

function explainJson({ rule, judgements }: RuleReport, { origins }: LoadedSettings): unknown {
  return scriptAnswer({
    rule: rule.id,
    title: ruleTitle(rule.id, "en"),
    forSeconds: forSecondsOf(rule),
    heldBackBy: rule.inhibitedBy,
    judgements: judgements.map((each) => ({
      server: each.server,
      part: each.part,
      tags: each.tags,
      state: stateOf(each),
      verdict: each.verdict.is,
      outcome: each.outcome.is,
      why: outcomeText(each.outcome, { nowMs: Date.now(), timeZone: "UTC" }),
      sinceMs: each.alert?.sinceMs,
      reportedMs: each.alert?.reportedMs,
      reminders: each.alert?.reminders ?? 0,
      looked: each.looked.map(lookedJson),
      limits: each.limits.map((limit) => limitJson(limit, origins)),
    })),
  });
}

/** A moment has the form of all moments. */
function lookedJson({ fact, value }: Looked): unknown {
  if (!fact.endsWith("Ms") || typeof value !== "number") return { fact, value };
  return { fact: fact.slice(0, -2), value: new Date(value).toISOString() };
}
