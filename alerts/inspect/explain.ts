/**
 * Why a rule did or did not notify somebody of one cache. Pure.
 *
 * @module
 */
import { clearSecondsOf, forSecondsOf, type Rule, type Verdict } from "../rules/rules.ts";
import { covers, type Silence } from "../silences/silences.ts";
import { type Alert, nextReminderMs, type Policy } from "../state/state.ts";

/**
 * How far it went, from the first gate that was shut:
 * `off` not watched; `unknown` and `ok` as the rule says; `pending` it has not lasted long enough; `held-back` by a graver
 * rule; `listed-only` nobody is ever notified of it; `quiet` and `silenced` nobody is now; `grouping` it waits for others
 * of its place; `notified`; `recovering` it looks well, and not for long enough.
 */
export type Outcome =
  | { readonly is: "off"; readonly by: string }
  | { readonly is: "unknown"; readonly why: string }
  | { readonly is: "ok" }
  | { readonly is: "pending"; readonly seenMs: number; readonly firesMs: number }
  | { readonly is: "held-back"; readonly by: string }
  | { readonly is: "listed-only" }
  | { readonly is: "quiet" }
  | { readonly is: "silenced"; readonly silence: Silence }
  | { readonly is: "grouping"; readonly reportsMs: number }
  | { readonly is: "notified"; readonly reportedMs: number; readonly reminders: number; readonly nextMs: number }
  | { readonly is: "recovering"; readonly wellMs: number; readonly overMs: number };

export interface Judged {
  readonly rule: Rule;
  readonly server: string;
  readonly part: string;
  readonly verdict: Verdict;
  readonly alert: Alert | undefined;
  /** The setting by which it is not watched. */
  readonly offBy: string | undefined;
}

export interface Gates {
  readonly nowMs: number;
  readonly policy: Policy;
  readonly silences: readonly Silence[];
}

/** The first gate that was shut, or that somebody was notified. */
export function outcomeOf(judged: Judged, gates: Gates): Outcome {
  const { rule, verdict, alert, offBy } = judged;
  if (offBy !== undefined) return { is: "off", by: offBy };
  if (alert?.phase === "firing") return firingOutcome(alert, rule, gates);
  if (alert?.phase === "pending") {
    const { seenMs } = alert;
    return { is: "pending", seenMs, firesMs: seenMs + forSecondsOf(rule) * 1000 };
  }
  return verdict.is === "unknown" ? { is: "unknown", why: verdict.why } : { is: "ok" };
}

function firingOutcome(alert: Alert, rule: Rule, { nowMs, policy, silences }: Gates): Outcome {
  const { wellMs, heldBackBy, reportedMs, level, reminders } = alert;
  if (wellMs !== undefined) return { is: "recovering", wellMs, overMs: wellMs + clearSecondsOf(rule) * 1000 };
  if (heldBackBy !== undefined) return { is: "held-back", by: heldBackBy };
  if (rule.silent === true) return { is: "listed-only" };
  const silence = silences.find((each) => covers(each, alert, nowMs));
  if (silence !== undefined) return { is: "silenced", silence };
  if (policy.quiet && level === "warn") return { is: "quiet" };
  if (reportedMs === undefined) return { is: "grouping", reportsMs: (alert.firedMs ?? nowMs) + policy.groupMs };
  return { is: "notified", reportedMs, reminders, nextMs: nextReminderMs(alert, policy) };
}
