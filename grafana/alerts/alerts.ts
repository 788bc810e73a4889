/**
 * Grafana's alert rules, from the one table of what is watched: each asks for one number for each cache, or repeats what
 * larder's own rule says, and has the same name, limits, times and texts.
 *
 * The rules name no receiver: `provisioning.ts` shows how to add one, and an admin's own policy tree is left alone.
 *
 * @module
 */
import {
  ALERT_RULE_IDS,
  ALERT_RULES,
  type AlertRuleFacts,
  type AlertRuleId,
  forSecondsOf,
} from "../../core/alert-rules.ts";
import { LarderError } from "../../core/errors.ts";
import type { FindingLevel } from "../../core/finding.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import { type Board, type Installation, uidOf } from "../installation.ts";
import { influxQuestion } from "./influxql.ts";
import { metricsQuestion } from "./metricsql.ts";
import { labelsOf } from "./question.ts";
import { type AlertAsk, askVerdict, WAYS } from "./ways.ts";

export { type AlertWay, WAYS } from "./ways.ts";

/** One rule, before Grafana's chain of query, reduction and threshold is put around it. */
export interface AlertRule {
  readonly uid: string;
  /** The rule of larder it is. */
  readonly rule: AlertRuleId;
  readonly title: string;
  /** What it means and what to do, without any `$`: braces are expanded by Grafana. */
  readonly summary: string;
  readonly description: string;
  readonly severity: "critical" | "warning";
  /** InfluxQL or MetricsQL, with `$timeFilter` left to Grafana. */
  readonly query: string;
  /** How far back it looks, and how long before now that ends. */
  readonly rangeSeconds: number;
  readonly untilSeconds: number;
  /** What the number has to be for an alert, against the limit. */
  readonly is: ">=" | "<";
  readonly limit: number;
  /** There is no limit to compare with. */
  readonly isPaused: boolean;
  /** How long it has to be so. */
  readonly forSeconds: number;
  /** The board that shows more. */
  readonly board: Board;
  /** The panel of it, by title. */
  readonly panel: string;
  /** What it means when the query returns nothing. */
  readonly noData: "OK" | "Alerting";
  /** Nothing to find is the usual state. */
  readonly mayBeEmpty: boolean;
  /** Once a minute, or every quarter of an hour. */
  readonly isSlow: boolean;
}

/** Every rule in the language of the installation's engine. */
export function alertRules(installation: Installation): AlertRule[] {
  return ALERT_RULE_IDS.flatMap((id) => {
    const way = WAYS[id];
    if (way.is === "none") return [];
    // what larder says has lasted by then
    if (way.is === "read") return [ruleOf(installation, id, { ask: askVerdict(id, way), forSeconds: 0 })];
    return way.asks.map((ask) =>
      ruleOf(installation, id, { ask, forSeconds: forSecondsOf(ALERT_RULES[id], ask.level) }),
    );
  });
}

const TEXTS = ALERTS_TEXTS.en;

function ruleOf(
  installation: Installation,
  id: AlertRuleId,
  { ask, forSeconds }: { readonly ask: AlertAsk; readonly forSeconds: number },
): AlertRule {
  const { uid = id, question, rangeSeconds, untilSeconds = 0, fires, board, panel } = ask;
  const { levels }: AlertRuleFacts = ALERT_RULES[id];
  const level = ask.level ?? levels[0] ?? "warn";
  const { title, next } = TEXTS.rules[id];
  const labels = labelsOf(question);
  const parts = labels.filter((label) => label !== "server" && label !== "region");
  return {
    ...{ uid: uidOf(installation, uid), rule: id },
    title: titleOf(title, { levels, level }),
    summary: `{{ .Labels.server }}${parts.map((label) => ` {{ .Labels.${label} }}`).join("")}: ${title}`,
    description: `${TEXTS.todo}: ${withLabels(next)}`,
    severity: level === "bad" ? "critical" : "warning",
    query:
      installation.engine === "influxdb"
        ? influxQuestion(question, installation.timezone)
        : metricsQuestion(question, { rangeSeconds, untilSeconds }, installation.timezone),
    ...{ rangeSeconds, untilSeconds, forSeconds, board, panel },
    is: fires.is,
    ...limitOf(fires.limit, installation),
    noData: ask.noData ?? "OK",
    mayBeEmpty: ask.mayBeEmpty === true,
    isSlow: ask.slow === true,
  };
}

/** A limit that only the installation knows may be missing: then there is none, as for larder's own rule. */
function limitOf(
  limit: number | "wan-day",
  { wanGbPerDay }: Pick<Installation, "wanGbPerDay">,
): Pick<AlertRule, "limit" | "isPaused"> {
  if (limit !== "wan-day") return { limit, isPaused: false };
  if (wanGbPerDay === undefined) return { limit: Number.MAX_SAFE_INTEGER, isPaused: true };
  return { limit: wanGbPerDay * 1_000_000_000, isPaused: false };
}

/** Of a rule of two levels each has a title of its own: Grafana wants them to differ. */
function titleOf(
  title: string,
  { levels, level }: { readonly levels: readonly FindingLevel[]; readonly level: FindingLevel },
): string {
  return levels.length > 1 && level === "warn" ? `${title}: ${TEXTS.soon}` : title;
}

/** The one value of the advice that an alert of Grafana has. @throws LarderError `GRAFANA_RULE` for another */
function withLabels(text: string): string {
  return text.replaceAll(/\{(\w+)[^}]*\}/g, (_, name: string) => {
    if (name === "name") return "{{ .Labels.subject }}";
    throw new LarderError(`Cannot build an alert rule: no label of it is the "${name}" of its advice "${text}"`, {
      code: "GRAFANA_RULE",
    });
  });
}
