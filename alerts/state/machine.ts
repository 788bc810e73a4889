/**
 * From verdicts to alerts: pending, firing, over. Pure.
 *
 * Silence is never health: where a verdict is unknown, or there is none, an alert stays as it is.
 *
 * @module
 */
import { clearSecondsOf, type Firing, forSecondsOf, type Rule, type Verdict } from "../rules/rules.ts";
import { type Alert, keyOf } from "./alert.ts";

/** What a rule said of one server. */
export interface Ruling {
  readonly rule: Rule;
  readonly server: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly verdict: Verdict | readonly Verdict[];
  /** Alerts of the server there were before the look. */
  readonly known: readonly Alert[];
}

export type Alerts = Map<string, Alert>;

/** What became of an alert in one look. */
export interface Change {
  readonly alert: Alert;
  readonly to: "firing" | "ok";
}

/** The time of a look, and whether it follows the last one closely. */
export interface Look {
  readonly nowMs: number;
  /** Long after the last look, or before it: how long something lasted cannot be said. */
  readonly afterGap: boolean;
}

/** Takes a judgement into the alerts. @returns what began and what ended */
export function take(alerts: Alerts, judgement: Ruling, look: Look): Change[] {
  const { rule, server, verdict } = judgement;
  if (!Array.isArray(verdict)) {
    const one = verdict as Verdict;
    if (one.is === "unknown") return [];
    // well as a whole: every part of it is
    if (one.is === "ok" && one.part === undefined) return endOthers(alerts, judgement, { look, except: new Set() });
    return takeOne(alerts, judgement, { verdict: one, look });
  }
  const all = verdict as readonly Verdict[];
  const changes = all.flatMap((each) => takeOne(alerts, judgement, { verdict: each, look }));
  if (all.some(({ is }) => is === "unknown")) return changes;
  const named = new Set(all.map((each) => keyOf({ rule: rule.id, server, part: partOf(each) })));
  // a part that is gone is not wrong any more
  return [...changes, ...endOthers(alerts, judgement, { look, except: named })];
}

function endOthers(
  alerts: Alerts,
  { rule, known }: Ruling,
  { look, except }: { readonly look: Look; readonly except: ReadonlySet<string> },
): Change[] {
  const own = known.filter((alert) => alert.rule === rule.id && !except.has(keyOf(alert)));
  return own.flatMap((alert) => well(alerts, keyOf(alert), { alert, rule, look }));
}

function partOf(verdict: Verdict): string {
  return verdict.is === "unknown" ? "" : (verdict.part ?? "");
}

function takeOne(
  alerts: Alerts,
  judgement: Ruling,
  { verdict, look }: { readonly verdict: Verdict; readonly look: Look },
): Change[] {
  const { rule, server } = judgement;
  if (verdict.is === "unknown") return [];
  const key = keyOf({ rule: rule.id, server, part: partOf(verdict) });
  const known = alerts.get(key);
  if (verdict.is === "ok") return known === undefined ? [] : well(alerts, key, { alert: known, rule, look });
  const alert = wrong(known, judgement, { verdict, look });
  alerts.set(key, alert);
  return alert.phase === "firing" && known?.phase !== "firing" ? [{ alert, to: "firing" }] : [];
}

function wrong(
  known: Alert | undefined,
  { rule, server, tags }: Ruling,
  { verdict, look: { nowMs, afterGap } }: { readonly verdict: Firing; readonly look: Look },
): Alert {
  const { level, values, part = "", sinceMs = nowMs } = verdict;
  const now = { level, values, tags, wellMs: undefined };
  if (known?.phase === "firing") return { ...known, ...now };
  // reported as over only when it has stayed so: it comes back as the same incident
  if (known?.phase === "over") return { ...known, ...now, phase: "firing", overMs: undefined };
  const seenMs = known === undefined || afterGap ? nowMs : known.seenMs;
  const isLong = verdict.atOnce === true || nowMs - seenMs >= forSecondsOf(rule, level) * 1000;
  const since = Math.min(sinceMs, known?.sinceMs ?? sinceMs, nowMs);
  const begun = { rule: rule.id, server, part, sinceMs: since, seenMs, reminders: 0, ...now };
  return isLong ? { ...begun, phase: "firing", firedMs: nowMs } : { ...begun, phase: "pending" };
}

function well(
  alerts: Alerts,
  key: string,
  { alert, rule, look: { nowMs, afterGap } }: { readonly alert: Alert; readonly rule: Rule; readonly look: Look },
): Change[] {
  if (alert.phase === "over") return [];
  if (alert.phase === "pending") {
    alerts.delete(key);
    return [];
  }
  const wellMs = alert.wellMs === undefined || afterGap ? nowMs : alert.wellMs;
  if (nowMs - wellMs < clearSecondsOf(rule) * 1000) {
    alerts.set(key, { ...alert, wellMs });
    return [];
  }
  const over: Alert = { ...alert, phase: "over", wellMs, overMs: nowMs };
  // nobody was notified of it: nobody has to hear that it is over
  if (alert.incident === undefined) alerts.delete(key);
  else alerts.set(key, over);
  return [{ alert: over, to: "ok" }];
}
