/**
 * A peer or a parent does not answer.
 *
 * @module
 */
import { type CacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

export const neighbour: CacheRule = {
  id: "neighbour",
  about: "cache",
  thresholds: ["always"],
  forSeconds: 900,
  inhibitedBy: ["silent", "off", "suspended", "unregistered"],
  judge(cache, circumstances) {
    if (freshStatus(cache, circumstances) === undefined) return NO_DATA;
    if (cache.neighbours.length === 0) return OK;
    return cache.neighbours.map(({ address, role, healthy }) =>
      healthy
        ? { is: "ok" as const, part: address }
        : { is: "firing" as const, level: "warn" as const, part: address, values: { address, role } },
    );
  },
};
