/**
 * Whether what befell a world was reported: each incident once, and nothing that was not there.
 *
 * @module
 */
import type { FaultName } from "./faults.ts";
import type { Notice } from "./notified.ts";
import type { Schedule } from "./schedule.ts";

/** Which faults may bring about which alerts; any other is a false one. */
const MAY: Readonly<Record<string, RegExp>> = {
  "sink-behind": /InfluxDB|VictoriaMetrics|collector|clock/,
  // a disk of a few megabytes has less room than anyone wants
  "journal-disk": /disk full/,
  notifier: /nobody to notify/,
  source: /database|clock/,
  // for an hour and more nobody may go on with a run that was killed
  "warming-late": /warming killed/,
  "warming-failed": /warming killed/,
  wiped: /cache wiped/,
};

/** Hours pass at once here: a cache is then silent for hours, or writes a row while somebody looks who read the clock before. */
const ALWAYS: ReadonlySet<string> = new Set(["silent", "clock"]);

/** Without those that say an incident has become grave, which is reported once more. */
export function withoutGraver(notices: readonly Notice[]): Notice[] {
  const mild = new Set<string>();
  return notices.filter(({ type, incident, level }) => {
    if (type !== "alert.firing") return true;
    const graver = level === "bad" && mild.delete(incident);
    if (level === "warn") mild.add(incident);
    return !graver;
  });
}

/** One sentence for each notice there should not be. */
export function noticeDifferences({ faults }: Schedule, notices: readonly Notice[]): string[] {
  const struck = new Set<FaultName>(faults.map(({ fault }) => fault));
  const firing = withoutGraver(notices).filter(({ type }) => type === "alert.firing");
  const wrong: string[] = [];
  const byIncident = new Map<string, Notice[]>();
  for (const notice of firing) byIncident.set(notice.incident, [...(byIncident.get(notice.incident) ?? []), notice]);
  for (const [first, ...again] of byIncident.values()) {
    if (first === undefined) continue;
    if (again.length > 0) wrong.push(`notices: ${first.rule} "${first.title}" was reported ${again.length + 1} times`);
    const may = MAY[first.rule];
    if (ALWAYS.has(first.rule)) continue;
    if (may === undefined || ![...struck].some((name) => may.test(name)))
      wrong.push(`notices: ${first.rule} "${first.title}" at ${first.at}, and nothing of the kind befell`);
  }
  return wrong;
}
