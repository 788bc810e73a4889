/**
 * What people are to be notified of: alerts of one rule and place are one notice. Pure.
 *
 * @module
 */
import { groupBy } from "../../core/group-by.ts";
import { ruleOf } from "../rules/rules.ts";
import { type Alert, keyOf, type Notice } from "./alert.ts";
import type { Alerts } from "./machine.ts";
import { nextReminderMs, type Policy } from "./policy.ts";

/** Of an incident that is over in part, that much is reported after this long. */
const PARTLY_OVER_MS = 3_600_000;

interface Group {
  readonly rule: string;
  readonly place: string;
  readonly alerts: readonly Alert[];
}

/** Makes the notices that are due, and notes on the alerts that they are made. @param name gives each a name of its own */
export function dueNotices(
  alerts: Alerts,
  policy: Policy,
  { nowMs, name }: { nowMs: number; name(): string },
): Notice[] {
  if (alerts.size === 0) return [];
  return [
    ...overNotices(alerts, policy, { nowMs, name }),
    ...newNotices(alerts, policy, { nowMs, name }),
    ...reminders(alerts, policy, { nowMs, name }),
  ];
}

function mayReport(alert: Alert, policy: Policy): boolean {
  if (alert.phase !== "firing" || alert.heldBackBy !== undefined || ruleOf(alert.rule)?.silent === true) return false;
  return !(policy.quiet && alert.level === "warn") && !policy.isSilenced(alert);
}

function newNotices(alerts: Alerts, policy: Policy, { nowMs, name }: { nowMs: number; name(): string }): Notice[] {
  const fresh = [...alerts.values()].filter((alert) => alert.incident === undefined && mayReport(alert, policy));
  return groups(fresh, policy).flatMap((group) => {
    const first = Math.min(...group.alerts.map(({ firedMs = nowMs }) => firedMs));
    if (nowMs - first < policy.groupMs && nowMs >= first) return [];
    const id = name();
    const reported = group.alerts.map((alert) => ({ ...alert, incident: id, reportedMs: nowMs }));
    for (const alert of reported) alerts.set(keyOf(alert), alert);
    return [
      noticeOf({ ...group, alerts: reported }, "firing", { id, incident: id, atMs: nowMs, remaining: reported.length }),
    ];
  });
}

function reminders(alerts: Alerts, policy: Policy, { nowMs, name }: { nowMs: number; name(): string }): Notice[] {
  return incidents(alerts).flatMap(([incident, all]) => {
    const open = all.filter((alert) => alert.wellMs === undefined && mayReport(alert, policy));
    const [first] = open;
    if (first === undefined || nowMs < nextReminderMs(first, policy)) return [];
    // after a long pause one reminder, and not all that would have been due
    let count = first.reminders;
    while (nextReminderMs({ ...first, reminders: count }, policy) <= nowMs) count++;
    const reminded = open.map((alert) => ({ ...alert, reminders: count }));
    for (const alert of reminded) alerts.set(keyOf(alert), alert);
    const group = { rule: first.rule, place: policy.placeOf(first), alerts: reminded };
    return [noticeOf(group, "reminder", { id: name(), incident, atMs: nowMs, remaining: open.length })];
  });
}

function overNotices(alerts: Alerts, policy: Policy, { nowMs, name }: { nowMs: number; name(): string }): Notice[] {
  return incidents(alerts).flatMap(([incident, all]) => {
    const over = all.filter(({ phase }) => phase === "over");
    const [first] = over;
    const remaining = all.length - over.length;
    const waited = nowMs - Math.min(...over.map(({ overMs = nowMs }) => overMs));
    if (first === undefined || (remaining > 0 && waited < PARTLY_OVER_MS)) return [];
    for (const alert of over) alerts.delete(keyOf(alert));
    const group = { rule: first.rule, place: policy.placeOf(first), alerts: over };
    return [noticeOf(group, "recovered", { id: name(), incident, atMs: nowMs, remaining })];
  });
}

function incidents(alerts: Alerts): [string, Alert[]][] {
  return [...groupBy(alerts.values(), ({ incident }) => incident)];
}

function groups(alerts: readonly Alert[], policy: Policy): Group[] {
  const found = groupBy(alerts, (alert) => JSON.stringify([alert.rule, policy.placeOf(alert) || alert.server]));
  return [...found.values()].flatMap((all) => {
    const [first] = all;
    return first === undefined ? [] : [{ rule: first.rule, place: policy.placeOf(first), alerts: all }];
  });
}

function noticeOf(
  { rule, place, alerts }: Group,
  kind: Notice["kind"],
  rest: Pick<Notice, "id" | "incident" | "atMs" | "remaining">,
): Notice {
  const level = alerts.some((alert) => alert.level === "bad") ? "bad" : "warn";
  const said = alerts.map(({ server, part, tags, values, sinceMs, overMs }) => {
    return { server, part, tags, values, sinceMs, overMs };
  });
  return { kind, rule, place, level, alerts: said, ...rest };
}
