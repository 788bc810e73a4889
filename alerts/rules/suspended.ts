/**
 * Switched on and registered before, and not serving: it suspends itself when Apple cannot be reached, and keeps its content.
 *
 * @module
 */
import { cacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

export const suspended = cacheRule("suspended", (cache, circumstances) => {
  const status = freshStatus(cache, circumstances);
  if (status?.active === undefined || status.activated === false) return NO_DATA;
  // its port says so where its status does not: HTTP 503
  if (status.active && status.state !== "suspended") return OK;
  return { is: "firing", level: "bad", values: { used: status.usedBytes ?? 0 } };
});
