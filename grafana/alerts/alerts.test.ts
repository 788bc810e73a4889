import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { levelOf, THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import { anchorsOf } from "../../scripts/docs/links.ts";
import { exportFiles } from "../export.ts";
import { DEFAULT_INSTALLATION, ENGINES, type Engine } from "../installation.ts";

interface RuleYaml {
  readonly uid: string;
  readonly for: string;
  readonly data: readonly {
    readonly refId: string;
    readonly model: { readonly type: string; readonly expression: string };
  }[];
  readonly annotations: Readonly<Record<string, string>>;
}

function rules(engine: Engine, more: object = {}): RuleYaml[] {
  const files = exportFiles({ ...DEFAULT_INSTALLATION, engine, ...more });
  return parse(files.get("provisioning/alerting/larder.yaml") ?? "").groups[0].rules;
}

/** Whether a rule rings for a value of its query, by the little of Grafana's arithmetic that the rules use. */
function rings(rule: RuleYaml | undefined, value: number): boolean {
  const model = rule?.data.find(({ refId }) => refId === "C")?.model;
  const [, is, limit] = /^\$B (>=|<) ([\d.]+)$/.exec(model?.expression ?? "") ?? [];
  expect(model?.type, rule?.uid).toBe("math");
  return is === ">=" ? value >= Number(limit) : value < Number(limit);
}

describe.each(ENGINES)("alert rules for %s", (engine) => {
  const judged: readonly (readonly [string, Threshold])[] = [
    ["larder-pressure", THRESHOLDS.pressure],
    ["larder-behind", THRESHOLDS.backlogBytes],
    ["larder-warming", THRESHOLDS.warmingFailed],
  ];

  it.each(judged)("%s rings where boards are red, from the very limit on, and nowhere else", (uid, threshold) => {
    const rule = rules(engine).find((each) => each.uid === uid);
    const { watch, trouble = Number.NaN } = threshold;
    for (const value of [0, watch, (watch + trouble) / 2, trouble - 1e-6, trouble, trouble + 1e-6, trouble * 2]) {
      expect(rings(rule, value), String(value)).toBe(levelOf(threshold, value) === "trouble");
    }
    expect(rule?.for).toBe(`${threshold.alertAfterSeconds ?? 0}s`);
  });

  it("ring for a registration that is under way for too long, for any wipe, and at the budget itself", () => {
    const found = new Map(rules(engine, { wanGbPerDay: 3 }).map((rule) => [rule.uid, rule]));
    expect([-1, 0, 1].map((value) => rings(found.get("larder-unregistered"), value))).toEqual([true, true, false]);
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
