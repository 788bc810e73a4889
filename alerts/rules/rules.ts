/**
 * Every rule, the gravest first.
 *
 * @module
 */
import { ALERT_RULE_IDS, type AlertRuleId } from "../../core/alert-rules.ts";
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
import type { Rule } from "./rule.ts";
import { silent } from "./silent.ts";
import { sinkBehind, sinkRejects } from "./sink.ts";
import { source } from "./source.ts";
import { suspended } from "./suspended.ts";
import { unreachable } from "./unreachable.ts";
import { unregistered } from "./unregistered.ts";
import { updating } from "./updating.ts";
import { wanDay, wanForecast, wanMonth } from "./wan.ts";
import { updateNotWarmed, warmingFailed, warmingLate, warmingMissed, warmingSkipped } from "./warming.ts";
import { wiped } from "./wiped.ts";

export type { ThresholdName } from "../../core/alert-rules.ts";
export { CLEAR_SECONDS, clearSecondsOf, forSecondsOf } from "../../core/alert-rules.ts";
export { findsOf } from "./finds.ts";
export type { Circumstances, Firing, Limits, Rule, Values, Verdict } from "./rule.ts";

/** Every rule of the table, as it judges. */
const JUDGED: Readonly<Record<AlertRuleId, Rule>> = {
  silent,
  off,
  wiped,
  unregistered,
  suspended,
  unreachable,
  "not-answering": notAnswering,
  updating,
  clock,
  source,
  disk,
  pressure,
  "evicted-young": evictedYoung,
  "not-caching": notCaching,
  "hit-ratio": hitRatio,
  idle,
  neighbour,
  "wan-month": wanMonth,
  "wan-forecast": wanForecast,
  "wan-day": wanDay,
  "warming-failed": warmingFailed,
  "warming-skipped": warmingSkipped,
  "warming-late": warmingLate,
  "warming-missed": warmingMissed,
  "update-not-warmed": updateNotWarmed,
  "journal-disk": journalDisk,
  "journal-damaged": journalDamaged,
  "rows-set-aside": rowsSetAside,
  "log-unknown": logUnknown,
  "sink-behind": sinkBehind,
  "sink-rejects": sinkRejects,
  notifier,
};

export const RULES: readonly Rule[] = ALERT_RULE_IDS.map((id) => JUDGED[id]);

/** The name of every rule. */
export const RULE_IDS: readonly string[] = ALERT_RULE_IDS;

export function ruleOf(id: string): Rule | undefined {
  return Object.hasOwn(JUDGED, id) ? JUDGED[id as AlertRuleId] : undefined;
}
