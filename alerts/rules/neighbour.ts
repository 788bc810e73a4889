/**
 * A peer or a parent does not answer.
 *
 * @module
 */
import { cacheRule, freshStatus, NO_DATA, OK } from "./rule.ts";

export const neighbour = cacheRule("neighbour", (cache, circumstances) => {
  if (freshStatus(cache, circumstances) === undefined) return NO_DATA;
  if (cache.neighbours.length === 0) return OK;
  return cache.neighbours.map(({ address, role, healthy }) =>
    healthy
      ? { is: "ok" as const, part: address }
      : { is: "firing" as const, level: "warn" as const, part: address, values: { address, role } },
  );
});
