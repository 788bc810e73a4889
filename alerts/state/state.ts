/**
 * The door of the states: from facts to alerts and notices, all of it pure.
 *
 * @module
 */
import type { Facts } from "../facts/facts.ts";
import { type Circumstances, RULES, type Rule } from "../rules/rules.ts";
import type { Notice } from "./alert.ts";
import { inhibit } from "./inhibition.ts";
import { type Alerts, type Change, type Judgement, take } from "./machine.ts";
import { dueNotices } from "./notices.ts";
import type { Policy } from "./policy.ts";

export { type Alert, keyOf, type Notice } from "./alert.ts";
export type { Alerts, Change } from "./machine.ts";
export type { Policy } from "./policy.ts";
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
  for (const judgement of judgements(facts, context)) {
    const found = take(alerts, judgement, { nowMs, afterGap });
    if (found.length > 0) changes.push(...found);
  }
  inhibit(alerts);
  return { changes, notices: dueNotices(alerts, policy, { nowMs, name: () => context.name() }) };
}

/** What every rule says of everything. */
export function* judgements({ caches, own }: Facts, context: LookContext): Generator<Judgement> {
  for (const cache of caches) {
    const { server, tags } = cache;
    const circumstances = context.circumstancesOf(tags);
    for (const rule of RULES) {
      if (rule.about !== "cache" || context.isOff(rule, tags)) continue;
      yield { rule, server, tags, verdict: rule.judge(cache, circumstances) };
    }
  }
  if (own === undefined) return;
  const { server, tags } = own;
  const circumstances = context.circumstancesOf(tags);
  for (const rule of RULES) {
    if (rule.about !== "own" || context.isOff(rule, tags)) continue;
    yield { rule, server, tags, verdict: rule.judge(own, circumstances) };
  }
}
