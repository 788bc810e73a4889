/**
 * Switched on and registered before, and not serving: it suspends itself when Apple cannot be reached, and keeps its content.
 *
 * @module
 */
import { type CacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

export const suspended: CacheRule = {
  id: "suspended",
  about: "cache",
  thresholds: ["always"],
  forSeconds: 300,
  inhibitedBy: ["silent", "off", "unregistered", "wiped", "updating"],
  judge(cache, circumstances) {
    const status = freshStatus(cache, circumstances);
    if (status?.active === undefined || status.activated === false) return NO_DATA;
    // its port says so where its status does not: HTTP 503
    if (status.active && status.state !== "suspended") return OK;
    return { is: "firing", level: "bad", values: { used: status.usedBytes ?? 0 } };
  },
};
