/**
 * PagerDuty, Events API v2. One incident there for one of ours: a repeat and a reminder fall into it, and its end resolves it.
 *
 * @module
 */
import { shortened } from "../../core/words/printable.ts";
import { type Notifier, postJson } from "./notifier.ts";

const MOST_SUMMARY = 1024;
export const PAGERDUTY_URL = "https://events.pagerduty.com/v2/enqueue";

export function pagerduty(setup: {
  readonly name: string;
  readonly url: string;
  readonly routingKey: string;
}): Notifier {
  const { name, url, routingKey } = setup;
  return {
    name,
    type: "pagerduty",
    place: new URL(url).host,
    async send({ kind, level, incident, remaining, atMs, alerts, rule }, { subject, text, link }) {
      // what is over in part goes on, and a report is not an incident
      if (kind === "daily" || (kind === "recovered" && remaining > 0)) return "delivered";
      const isOver = kind === "recovered";
      const payload = {
        summary: shortened(subject, MOST_SUMMARY),
        source: alerts[0]?.server ?? "larder",
        severity: level === "bad" ? "critical" : "warning",
        timestamp: new Date(atMs).toISOString(),
        component: rule,
        custom_details: { text },
      };
      await postJson(name, {
        url,
        body: {
          routing_key: routingKey,
          event_action: isOver ? "resolve" : "trigger",
          dedup_key: incident,
          ...(isOver ? {} : { payload }),
          ...(link === undefined ? {} : { links: [{ href: link.value, text: link.title }] }),
        },
      });
      return "accepted";
    },
  };
}
