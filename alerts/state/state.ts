/**
 * The door of the states: from facts to alerts and notices, all of it pure.
 *
 * @module
 */
import { groupBy } from "../../core/group-by.ts";
import type { CacheFacts, Facts } from "../facts/facts.ts";
import { type Circumstances, RULES, type Rule, ruleOf, type Verdict } from "../rules/rules.ts";
import type { Alert, Notice } from "./alert.ts";
import { type Horizons, horizonOf } from "./horizons.ts";
import { inhibit } from "./inhibition.ts";
import { type Alerts, type Change, take } from "./machine.ts";
import { dueNotices } from "./notices.ts";
import type { Policy } from "./policy.ts";

export { type Alert, keyOf, type Notice } from "./alert.ts";
export { Horizons } from "./horizons.ts";
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
  /** Which caches need not be judged, from look to look; undefined: all are judged. */
  readonly horizons?: Horizons;
  /** Another text when circumstances are others but for time that goes by. */
  readonly season: string;
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
  const { nowMs, lastMs, policy, horizons } = context;
  const afterGap = lastMs !== undefined && (nowMs < lastMs || nowMs - lastMs > policy.gapMs);
  const known = groupBy(alerts.values(), ({ server }) => server);
  const changes: Change[] = [];
  const at = { alerts, context, afterGap, changes };
  horizons?.begin(context.season);
  for (const cache of facts.caches) {
    const circumstances = context.circumstancesOf(cache.tags);
    const own = known.size === 0 ? undefined : known.get(cache.server);
    if (own === undefined && horizons?.covers(cache, circumstances) === true) continue;
    const untilMs = judgeAll(cache, CACHE_RULES, { ...at, circumstances, own: own ?? NONE });
    // what is wrong is judged at every look
    if (own === undefined && untilMs > nowMs) horizons?.keep(cache, circumstances, untilMs);
  }
  if (facts.own !== undefined) {
    const circumstances = context.circumstancesOf(facts.own.tags);
    judgeAll(facts.own, OWN_RULES, { ...at, circumstances, own: known.get(facts.own.server) ?? NONE });
  }
  changes.push(...forget(alerts, context));
  inhibit(alerts);
  return { changes, notices: dueNotices(alerts, policy, { nowMs, name: () => context.name() }) };
}

interface Judging {
  readonly alerts: Alerts;
  readonly context: LookContext;
  readonly afterGap: boolean;
  readonly circumstances: Circumstances;
  /** Alerts of the subject there are. */
  readonly own: readonly Alert[];
  readonly changes: Change[];
}

/** @returns the earliest horizon of the verdicts */
function judgeAll<F extends Subject>(subject: F, rules: readonly RuleOf<F>[], judging: Judging): number {
  const { alerts, context, afterGap, circumstances, own, changes } = judging;
  const { server, tags } = subject;
  let untilMs = Number.POSITIVE_INFINITY;
  for (const rule of rules) {
    const verdict = rule.judge(subject, circumstances);
    untilMs = Math.min(untilMs, horizonOf(verdict));
    // most of what there is is well, and was well before
    if (!isWrong(verdict) && (own === NONE || !own.some((alert) => alert.rule === rule.id))) continue;
    if (context.isOff(rule, tags)) continue;
    const at = { nowMs: context.nowMs, afterGap };
    for (const change of take(alerts, { rule, server, tags, verdict, known: own }, at)) changes.push(change);
  }
  return untilMs;
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
