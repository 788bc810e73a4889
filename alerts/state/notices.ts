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
/** Places of one rule that are notified of apart. */
const MOST_PLACES = 20;

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
  const fresh = [...alerts.values()].filter((alert) => isNews(alert) && mayReport(alert, policy));
  if (fresh.length === 0) return [];
  const open = openIncidents(alerts, policy, nowMs);
  return groups(fresh, policy).flatMap((group) => {
    const known =
      group.alerts.find(({ incident }) => incident !== undefined) ??
      open.get(JSON.stringify([group.rule, group.place]));
    const first = Math.min(...group.alerts.map(({ firedMs = nowMs }) => firedMs));
    const waitedMs = nowMs - (known?.reportedMs ?? first);
    const isGraver = group.alerts.some(({ incident }) => incident !== undefined);
    if (!isGraver && waitedMs >= 0 && waitedMs < waitMs(group, policy, known !== undefined)) return [];
    const id = name();
    const incident = known?.incident ?? id;
    const reported = group.alerts.map((alert) => ({
      ...alert,
      incident,
      reportedMs: known?.reportedMs ?? nowMs,
      reminders: known?.reminders ?? 0,
      reportedLevel: alert.level,
    }));
    for (const alert of reported) alerts.set(keyOf(alert), alert);
    const remaining = [...alerts.values()].filter((alert) => alert.incident === incident && alert.phase === "firing");
    const rest = { id, incident, atMs: nowMs, remaining: remaining.length };
    return [noticeOf({ ...group, alerts: reported }, "firing", rest)];
  });
}

/** Nobody was notified of it, or only when it was not grave yet. */
function isNews({ incident, level, reportedLevel = level, wellMs }: Alert): boolean {
  // what looks well again by the time it may be reported is not worth a word
  return (incident === undefined && wellMs === undefined) || (level === "bad" && reportedLevel === "warn");
}

/** An alert of each incident that began a moment ago: others of its rule and place belong to it. */
function openIncidents(alerts: Alerts, policy: Policy, nowMs: number): Map<string, Alert> {
  const found = new Map<string, Alert>();
  for (const alert of alerts.values()) {
    if (alert.incident === undefined || alert.phase !== "firing") continue;
    const ageMs = nowMs - (alert.reportedMs ?? nowMs);
    if (ageMs <= 2 * policy.joinMs) found.set(groupKey(alert, policy), alert);
  }
  return found;
}

function waitMs({ rule }: Group, { groupMs, joinMs }: Policy, joins: boolean): number {
  if (groupMs === 0) return 0;
  const { groupSeconds = 0 } = ruleOf(rule) ?? {};
  return joins ? joinMs : Math.max(groupMs, groupSeconds * 1000);
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
  const byRule = groupBy(alerts, ({ rule }) => rule);
  return [...byRule].flatMap(([rule, all]) => {
    const byPlace = groupBy(all, (alert) => groupKey(alert, policy));
    // everywhere at once: one notice, where there are no regions but many sites
    if (byPlace.size > MOST_PLACES) return [{ rule, place: "", alerts: all }];
    return [...byPlace.values()].map((own) => ({ rule, place: own[0] ? policy.placeOf(own[0]) : "", alerts: own }));
  });
}

function groupKey(alert: Alert, policy: Policy): string {
  return JSON.stringify([alert.rule, policy.placeOf(alert)]);
}

function noticeOf(
  { rule, place, alerts }: Group,
  kind: Notice["kind"],
  rest: Pick<Notice, "id" | "incident" | "atMs" | "remaining">,
): Notice {
  // what was reported as grave is over for those who were notified then
  const level = alerts.some((alert) => alert.level === "bad" || alert.reportedLevel === "bad") ? "bad" : "warn";
  const said = alerts.map(({ server, part, tags, values, sinceMs, overMs }) => {
    return { server, part, tags, values, sinceMs, overMs };
  });
  return { kind, rule, place, level, alerts: said, ...rest };
}
