/**
 * The clock of the machine, some times faster: real failures with short waits.
 *
 * @module
 */
import { type ShipClock, systemClock } from "../ship/run-limits.ts";

export function fastClock(times: number): ShipClock {
  const start = Date.now();
  return {
    ...systemClock,
    nowMs: () => start + (Date.now() - start) * times,
    steadyMs: () => (Date.now() - start) * times,
    sleep: async (ms, signal) => await systemClock.sleep(ms / times, signal),
  };
}
