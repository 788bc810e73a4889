/**
 * The door of the states: from facts to alerts and notices, all of it pure.
 *
 * @module
 */
import type { Facts } from "../facts/facts.ts";
import { type Circumstances, RULES, type Rule, type Verdict } from "../rules/rules.ts";
import { type Notice, rulesByServer } from "./alert.ts";
import { inhibit } from "./inhibition.ts";
import { type Alerts, type Change, type Judgement, type Look, take } from "./machine.ts";
import { dueNotices } from "./notices.ts";
import type { Policy } from "./policy.ts";

export { type Alert, keyOf, type Notice } from "./alert.ts";
export type { Alerts, Change } from "./machine.ts";
export type { Policy } from "./policy.ts";
export { nextReminderMs } from "./policy.ts";
export { ALERTS_CURSOR, type Failing, type Outgoing, parseStored, type Stored, storedJson } from "./stored.ts";

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
  const known = rulesByServer(alerts.values());
  const pass: Pass = { alerts, changes, look: { nowMs, afterGap } };
  for (const cache of facts.caches) {
    const { server, tags } = cache;
    const circumstances = context.circumstancesOf(tags);
    const active = known.get(server);
    for (const rule of CACHE_RULES) {
      const verdict = rule.judge(cache, circumstances);
      if (isNews(verdict, rule, active) && !context.isOff(rule, tags)) takeInto(pass, { rule, server, tags, verdict });
    }
  }
  const { own } = facts;
  if (own !== undefined) {
    const { server, tags } = own;
    const circumstances = context.circumstancesOf(tags);
    for (const rule of OWN_RULES) {
      const verdict = rule.judge(own, circumstances);
      if (isNews(verdict, rule, known.get(server)) && !context.isOff(rule, tags)) {
        takeInto(pass, { rule, server, tags, verdict });
      }
    }
  }
  inhibit(alerts);
  return { changes, notices: dueNotices(alerts, policy, { nowMs, name: () => context.name() }) };
}

const CACHE_RULES = RULES.filter((rule) => rule.about === "cache");
const OWN_RULES = RULES.filter((rule) => rule.about === "own");

interface Pass {
  readonly alerts: Alerts;
  readonly changes: Change[];
  readonly look: Look;
}

function takeInto({ alerts, changes, look: at }: Pass, judgement: Judgement): void {
  for (const change of take(alerts, judgement, at)) changes.push(change);
}

/** Most of what there is is well, and was well before. */
function isNews(verdict: Verdicts, { id }: Rule, active: ReadonlySet<string> | undefined): boolean {
  return active?.has(id) === true || isWrong(verdict);
}

type Verdicts = Verdict | readonly Verdict[];

function isWrong(verdict: Verdicts): boolean {
  return "is" in verdict ? verdict.is === "firing" : verdict.some(({ is }) => is === "firing");
}
