/**
 * The door of the states: from facts to alerts and notices, all of it pure.
 *
 * @module
 */
import { groupBy } from "../../core/group-by.ts";
import type { CacheFacts, Facts } from "../facts/facts.ts";
import { type Circumstances, RULES, type Rule, ruleOf, type Verdict } from "../rules/rules.ts";
import type { Alert, Notice } from "./alert.ts";
import { inhibit } from "./inhibition.ts";
import { type Alerts, type Change, take } from "./machine.ts";
import { dueNotices } from "./notices.ts";
import type { Policy } from "./policy.ts";

export { type Alert, keyOf, type Notice } from "./alert.ts";
export type { Alerts, Change } from "./machine.ts";
export type { Policy } from "./policy.ts";
export { nextReminderMs } from "./policy.ts";
export {
  ALERTS_CURSOR,
  type Daily,
  type Failing,
  KEPT_FOR_MS,
  type Outgoing,
  parseStored,
  type Stored,
  storedJson,
} from "./stored.ts";

/** What a look needs besides facts. */
export interface LookContext {
  readonly nowMs: number;
  /** When the last look was. */
  readonly lastMs: number | undefined;
  readonly policy: Policy;
  /** What holds for a cache; undefined rules are off. */
  circumstancesOf(tags: Readonly<Record<string, string>>): Circumstances;
  isOff(rule: Rule, tags: Readonly<Record<string, string>>): boolean;
  /** A name for a notice that no other has. */
  name(): string;
}

export interface LookReport {
  readonly changes: readonly Change[];
  readonly notices: readonly Notice[];
}

/** Judges all facts by all rules and moves the alerts on. */
export function look(alerts: Alerts, facts: Facts, context: LookContext): LookReport {
  const { nowMs, lastMs, policy } = context;
  const afterGap = lastMs !== undefined && (nowMs < lastMs || nowMs - lastMs > policy.gapMs);
  const changes: Change[] = [];
  const known = groupBy(alerts.values(), ({ server }) => server);
  const judgeAll = <F extends Subject>(subject: F, rules: readonly RuleOf<F>[]): void => {
    const { server, tags } = subject;
    const circumstances = context.circumstancesOf(tags);
    const own = known.get(server) ?? NONE;
    for (const rule of rules) {
      const verdict = rule.judge(subject, circumstances);
      // most of what there is is well, and was well before
      if (!isWrong(verdict) && (own === NONE || !own.some((alert) => alert.rule === rule.id))) continue;
      if (context.isOff(rule, tags)) continue;
      const at = { nowMs, afterGap };
      for (const change of take(alerts, { rule, server, tags, verdict, known: own }, at)) changes.push(change);
    }
  };
  for (const cache of facts.caches) judgeAll(cache, CACHE_RULES);
  if (facts.own !== undefined) judgeAll(facts.own, OWN_RULES);
  changes.push(...forget(alerts, context));
  inhibit(alerts);
  return { changes, notices: dueNotices(alerts, policy, { nowMs, name: () => context.name() }) };
}

/**
 * Rules that are switched off leave nothing behind, and neither do those of another version.
 * @returns what fired and is watched no more: for those who read the changes it is over
 */
function forget(alerts: Alerts, { isOff, nowMs }: LookContext): Change[] {
  return [...alerts].flatMap(([key, alert]): Change[] => {
    const known = ruleOf(alert.rule);
    if (known !== undefined && !isOff(known, alert.tags)) return [];
    alerts.delete(key);
    return alert.phase === "firing" ? [{ alert: { ...alert, phase: "over", overMs: nowMs }, to: "ok" }] : [];
  });
}

const CACHE_RULES = RULES.filter((rule) => rule.about === "cache");
const OWN_RULES = RULES.filter((rule) => rule.about === "own");
const NONE: readonly Alert[] = [];

/** Whom a rule judges. */
type Subject = Pick<CacheFacts, "server" | "tags">;
type RuleOf<F> = Rule & { judge(subject: F, circumstances: Circumstances): Verdicts };
type Verdicts = Verdict | readonly Verdict[];

function isWrong(verdict: Verdicts): boolean {
  if (!Array.isArray(verdict)) return (verdict as Verdict).is === "firing";
  return (verdict as readonly Verdict[]).some(({ is }) => is === "firing");
}
