import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ALERT_RULES, type AlertRuleFacts, type AlertRuleId, forSecondsOf } from "../../core/alert-rules.ts";
import { levelOf, THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import { anchorsOf } from "../../scripts/docs/links.ts";
import { DEFAULT_INSTALLATION, ENGINES, type Engine } from "../installation.ts";
import { alertingText } from "../provisioning.ts";
import { WAYS } from "./alerts.ts";

interface RuleYaml {
  readonly uid: string;
  readonly title: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly for: string;
  readonly data: readonly {
    readonly refId: string;
    readonly model: { readonly type: string; readonly expression: string };
  }[];
  readonly annotations: Readonly<Record<string, string>>;
}

const known = new Map<string, RuleYaml[]>();

function rules(engine: Engine, more: object = {}): RuleYaml[] {
  const key = JSON.stringify([engine, more]);
  const read = (): RuleYaml[] => {
    const { groups } = parse(alertingText({ ...DEFAULT_INSTALLATION, engine, ...more }));
    return groups.flatMap((group: { readonly rules: RuleYaml[] }) => group.rules);
  };
  const found = known.get(key) ?? read();
  known.set(key, found);
  return found;
}

/** Whether a rule rings for a value of its query, by the little of Grafana's arithmetic that the rules use. */
function rings(rule: RuleYaml | undefined, value: number): boolean {
  const model = rule?.data.find(({ refId }) => refId === "C")?.model;
  const [, is, limit] = /^\$B (>=|<) ([\d.]+)$/.exec(model?.expression ?? "") ?? [];
  expect(model?.type, rule?.uid).toBe("math");
  return is === ">=" ? value >= Number(limit) : value < Number(limit);
}

/** Those that installations have imported: a rule that goes on under another uid would ring twice. */
const GIVEN_OUT: Readonly<Record<string, AlertRuleId>> = {
  "larder-silent": "silent",
  "larder-wiped": "wiped",
  "larder-unregistered": "unregistered",
  "larder-pressure": "pressure",
  "larder-wan": "wan-day",
  "larder-behind": "sink-behind",
  "larder-warming": "warming-failed",
};

describe.each(ENGINES)("alert rules for %s", (engine) => {
  const judged: readonly (readonly [string, Threshold])[] = [
    ["larder-pressure", THRESHOLDS.pressure],
    ["larder-behind", THRESHOLDS.backlogBytes],
    ["larder-warming", THRESHOLDS.warmingFailed],
    ["larder-hit-ratio", THRESHOLDS.hitRatio],
    ["larder-evicted-young", THRESHOLDS.evictedYoungBytes],
  ];

  it.each(judged)("%s rings where boards are red, from the very limit on, and nowhere else", (uid, threshold) => {
    const rule = rules(engine).find((each) => each.uid === uid);
    const { watch, trouble = Number.NaN } = threshold;
    for (const value of [0, watch, (watch + trouble) / 2, trouble - 1e-6, trouble, trouble + 1e-6, trouble * 2]) {
      expect(rings(rule, value), String(value)).toBe(levelOf(threshold, value) === "trouble");
    }
  });

  it("are those of the table: each rule that notifies somebody, with its time, its severity and its texts", () => {
    const found = rules(engine);
    for (const [id, facts] of Object.entries<AlertRuleFacts>(ALERT_RULES)) {
      const own = found.filter(({ labels }) => labels["rule"] === id);
      const way = WAYS[id as AlertRuleId];
      expect(own.length > 0, id).toBe(facts.silent !== true);
      const { title, next } = ALERTS_TEXTS.en.rules[id as AlertRuleId];
      for (const { uid, for: lasts, labels, annotations, title: named } of own) {
        const level = labels["severity"] === "critical" ? "bad" : "warn";
        expect(facts.levels, uid).toContain(level);
        expect(lasts, uid).toBe(`${way.is === "read" ? 0 : forSecondsOf(facts, level)}s`);
        expect(named.startsWith(title), uid).toBe(true);
        expect(annotations["summary"], uid).toContain(title);
        expect(annotations["description"], uid).toContain(next.replaceAll("{name}", "{{ .Labels.subject }}"));
        expect(JSON.stringify(annotations), uid).not.toContain("$");
      }
    }
  });

  it("keep the uids that were given out, have one each, and none too long for Grafana", () => {
    const found = rules(engine);
    for (const [uid, id] of Object.entries(GIVEN_OUT)) {
      expect(found.find((each) => each.uid === uid)?.labels["rule"], uid).toBe(id);
    }
    expect(new Set(found.map(({ uid }) => uid)).size).toBe(found.length);
    expect(new Set(found.map(({ title }) => title)).size).toBe(found.length);
    const longest = rules(engine, { prefix: "a".repeat(25) }).map(({ uid }) => uid.length);
    expect(Math.max(...longest)).toBeLessThanOrEqual(40);
  });

  it("ring for a registration that is under way for too long, for any wipe, and at the budget itself", () => {
    const found = new Map(rules(engine, { wanGbPerDay: 3 }).map((rule) => [rule.uid, rule]));
    expect([-1, 0, 1].map((value) => rings(found.get("larder-unregistered"), value))).toEqual([true, false, false]);
    expect([-1, 0, 1].map((value) => rings(found.get("larder-registering"), value))).toEqual([true, true, false]);
    expect(found.get("larder-unregistered")?.for).toBe("0s");
    expect(found.get("larder-registering")?.for).toBe("900s");
    expect([0, 1].map((value) => rings(found.get("larder-wiped"), value))).toEqual([false, true]);
    expect([2.9e9, 3e9].map((value) => rings(found.get("larder-wan"), value))).toEqual([false, true]);
    expect([0, 1].map((value) => rings(found.get("larder-silent"), value))).toEqual([true, false]);
  });

  it("link to their sections of the runbook, where there is one, and nowhere else", () => {
    const page = readFileSync(join(import.meta.dirname, "../../docs/operations.md"), "utf8");
    const anchors = anchorsOf(page);
    const linked = rules(engine, { runbookUrl: "https://wiki.example.org/larder?page=a$b" });
    expect(linked.length).toBeGreaterThan(5);
    for (const { annotations } of linked) {
      const [address, anchor = ""] = (annotations["runbook_url"] ?? "").split("#");
      expect(address).toBe("https://wiki.example.org/larder?page=a%24b");
      expect(anchors).toContain(anchor);
    }
    for (const { annotations } of rules(engine)) expect(annotations).not.toHaveProperty("runbook_url");
  });

  it.each(["wiki", "file:///docs/operations.md", "https://wiki.example.org/a#b"])(
    "refuse the runbook %s",
    (runbookUrl) => {
      expect(() => rules(engine, { runbookUrl })).toThrow(expect.objectContaining({ code: "GRAFANA_SETTING" }));
    },
  );
});
