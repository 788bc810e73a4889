/**
 * Writes docs/alert-rules.md: every rule, how larder and Grafana each watch it, and why Grafana does not where it does not.
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
import { THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import { durationText } from "../../core/words/amounts.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import { type AlertRule, alertRules, WAYS } from "../../grafana/alerts/alerts.ts";
import { DEFAULT_INSTALLATION } from "../../grafana/installation.ts";
import { code, type GeneratedPage, markdownTable, writeWhenStarted } from "./generated-page.ts";

const GRAFANA = alertRules(DEFAULT_INSTALLATION);

export const alertRulesPage: GeneratedPage = {
  path: "docs/alert-rules.md",
  text: () =>
    [
      "# Every alert rule",
      "",
      "Generated from the table both are built from, `core/alert-rules.ts`. What each means in words: [Alerts](watch.md#rules);",
      "what to do: [Operations](operations.md#alerts). Limits are amber / red, and how they are changed for larder's own rules is",
      "there as well. Grafana's have the limits of the table.",
      "",
      "Grafana either *asks* the database, or *repeats* larder's own verdict, which is shipped with everything else",
      "(measurement `alerts`) and already waited as long as the rule wants: that needs a larder that looks for alerts. A rule",
      "of Grafana holds back no other and knows no amber: it is over as soon as its limit is not reached, or, where nothing",
      "comes back any more, some minutes later. Larder waits for evidence that all is well.",
      "",
      markdownTable(["Rule", "Title", "Limits", "Lasts", "Level", "Held back by"], ALERT_RULE_IDS.map(ownRow)),
      "",
      "## In Grafana",
      "",
      markdownTable(
        ["Rule", "uid", "In Grafana", "Where it differs, or why it is not asked"],
        ALERT_RULE_IDS.flatMap(grafanaRows),
      ),
      "",
    ].join("\n"),
};

function ownRow(id: AlertRuleId): string[] {
  const rule: AlertRuleFacts = ALERT_RULES[id];
  const lasts = rule.levels.map((level) => durationOf(forSecondsOf(rule, level)));
  return [
    code(id),
    ALERTS_TEXTS.en.rules[id].title,
    rule.thresholds.map(limitText).join(", "),
    [...new Set(lasts)].join(", "),
    rule.levels.join(", "),
    rule.inhibitedBy.map(code).join(", "),
  ];
}

function limitText(name: keyof typeof THRESHOLDS): string {
  if (name === "any") return "anything";
  if (name === "always") return "any exception";
  const { watch, trouble }: Threshold = THRESHOLDS[name];
  return `${code(name)} ${watch} / ${trouble ?? "–"}`;
}

function durationOf(seconds: number): string {
  return seconds === 0 ? "at once" : durationText(seconds);
}

function grafanaRows(id: AlertRuleId): string[][] {
  const way = WAYS[id];
  if (way.is === "none") return [[code(id), "", "no", way.why]];
  const own = GRAFANA.filter(({ rule }) => rule === id);
  const why = way.is === "asked" ? (way.differs ?? "") : way.why;
  return own.map((rule) => [code(id), code(rule.uid), way.is === "asked" ? askedText(rule) : "repeats larder's", why]);
}

function askedText({ is, limit, isPaused, forSeconds, severity }: AlertRule): string {
  return `asks: ${is} ${isPaused ? "the limit set" : limit}, ${forSeconds === 0 ? "at once" : `for ${durationText(forSeconds)}`}, ${severity}`;
}

writeWhenStarted(import.meta, alertRulesPage);
