/**
 * Which alerts are held back by graver ones of the same server: a silent cache does not shout about its hit ratio too.
 *
 * @module
 */
import { ruleOf } from "../rules/rules.ts";
import { type Alert, rulesByServer } from "./alert.ts";
import type { Alerts } from "./machine.ts";

/** Notes on every alert which rule holds it back. Pending ones hold back too: they may be the cause. */
export function inhibit(alerts: Alerts): void {
  const active = rulesByServer([...alerts.values()].filter(({ phase }) => phase !== "over"));
  for (const [key, alert] of alerts) {
    const by = holderOf(alert, active.get(alert.server));
    if (by !== alert.heldBackBy) alerts.set(key, { ...alert, heldBackBy: by });
  }
}

function holderOf({ rule }: Alert, active: ReadonlySet<string> | undefined): string | undefined {
  return ruleOf(rule)?.inhibitedBy.find((other) => active?.has(other) === true);
}
