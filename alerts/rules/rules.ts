/**
 * Every rule, the gravest first.
 *
 * @module
 */
import { THRESHOLDS, type Threshold } from "../../core/thresholds.ts";
import { clock } from "./clock.ts";
import { disk } from "./disk.ts";
import { evictedYoung } from "./evicted-young.ts";
import { hitRatio } from "./hit-ratio.ts";
import { idle } from "./idle.ts";
import { neighbour } from "./neighbour.ts";
import { notAnswering } from "./not-answering.ts";
import { notCaching } from "./not-caching.ts";
import { off } from "./off.ts";
import { journalDamaged, journalDisk, logUnknown, notifier, rowsSetAside } from "./own.ts";
import { pressure } from "./pressure.ts";
import { CLEAR_SECONDS, type Rule } from "./rule.ts";
import { silent } from "./silent.ts";
import { sinkBehind, sinkRejects } from "./sink.ts";
import { source } from "./source.ts";
import { suspended } from "./suspended.ts";
import { unreachable } from "./unreachable.ts";
import { unregistered } from "./unregistered.ts";
import { updating } from "./updating.ts";
import { wanDay, wanForecast, wanMonth } from "./wan.ts";
import { updateNotWarmed, warmingFailed, warmingLate, warmingSkipped } from "./warming.ts";
import { wiped } from "./wiped.ts";

export { findsOf } from "./finds.ts";
export type { Circumstances, Firing, Limits, Rule, ThresholdName, Values, Verdict } from "./rule.ts";
export { CLEAR_SECONDS } from "./rule.ts";

export const RULES: readonly Rule[] = [
  silent,
  off,
  wiped,
  unregistered,
  suspended,
  unreachable,
  notAnswering,
  updating,
  clock,
  source,
  disk,
  pressure,
  evictedYoung,
  notCaching,
  hitRatio,
  idle,
  neighbour,
  wanMonth,
  wanForecast,
  wanDay,
  warmingFailed,
  warmingSkipped,
  warmingLate,
  updateNotWarmed,
  journalDisk,
  journalDamaged,
  rowsSetAside,
  logUnknown,
  sinkBehind,
  sinkRejects,
  notifier,
];

/** The name of every rule. */
export const RULE_IDS: readonly string[] = RULES.map(({ id }) => id);

const byId = new Map(RULES.map((rule) => [rule.id, rule]));

export function ruleOf(id: string): Rule | undefined {
  return byId.get(id);
}

/** How long what a rule finds has to last before it is an alert, in seconds. */
export function forSecondsOf({ forSeconds, thresholds: [first] }: Rule): number {
  if (forSeconds !== undefined) return forSeconds;
  const threshold: Threshold | undefined = first === undefined ? undefined : THRESHOLDS[first];
  return threshold?.alertAfterSeconds ?? 0;
}

/** How long it has to be well again before the alert is over, in seconds. */
export function clearSecondsOf({ clearSeconds = CLEAR_SECONDS }: Rule): number {
  return clearSeconds;
}
