/**
 * Which alerts are held back by graver ones of the same server: a silent cache does not shout about its hit ratio too.
 *
 * @module
 */
import { ruleOf } from "../rules/rules.ts";
import type { Alert } from "./alert.ts";
import type { Alerts } from "./machine.ts";

/** Notes on every alert which rule holds it back. Pending ones hold back too: they may be the cause. */
export function inhibit(alerts: Alerts): void {
  if (alerts.size === 0) return;
  const active = rulesByServer(alerts.values());
  for (const [key, alert] of alerts) {
    const by = holderOf(alert, active.get(alert.server));
    if (by !== alert.heldBackBy) alerts.set(key, { ...alert, heldBackBy: by });
  }
}

function holderOf({ rule }: Alert, active: ReadonlySet<string> | undefined): string | undefined {
  return ruleOf(rule)?.inhibitedBy.find((other) => active?.has(other) === true);
}

/** Which rules have an alert that goes on, by server. */
function rulesByServer(alerts: Iterable<Alert>): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { server, rule, phase } of alerts) {
    if (phase === "over") continue;
    const rules = found.get(server);
    if (rules === undefined) found.set(server, new Set([rule]));
    else rules.add(rule);
  }
  return found;
}
