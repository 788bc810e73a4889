/**
 * Alerts that fire as metrics: what larder's own rules found, of every cache.
 *
 * @module
 */
import type { FindingLevel } from "../../core/finding.ts";
import type { Family } from "./family.ts";

/** An alert that fires. */
export interface AlertNow {
  readonly rule: string;
  readonly server: string;
  /** Which of several subjects in one server: a peer, a sink; "" for the server itself. */
  readonly part: string;
  readonly level: FindingLevel;
}

/** Families of the alerts. @param alerts undefined where nobody looks: then nothing says that all is well */
export function alertFamilies(alerts: readonly AlertNow[] | undefined): Family[] {
  if (alerts === undefined) return [];
  return [
    {
      name: "larder_alerts",
      type: "gauge",
      help: "Alerts of larder that fire, by how bad they are",
      samples: (["bad", "warn"] as const).map((level) => ({
        labels: { level },
        value: alerts.filter((alert) => alert.level === level).length,
      })),
    },
    {
      name: "larder_alert_firing",
      type: "gauge",
      help: "Each of them: 1 while it fires",
      samples: alerts.map(({ rule, server, part, level }) => ({
        labels: { server, rule, level, ...(part === "" ? {} : { subject: part }) },
        value: 1,
      })),
    },
  ];
}
