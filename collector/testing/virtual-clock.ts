/**
 * A clock on which waiting costs nothing: a sleeper moves it on.
 *
 * @module
 */
import { setImmediate as turn } from "node:timers/promises";
import type { ShipClock } from "../ship/run-limits.ts";

export interface VirtualClock extends ShipClock {
  /** Time passes. */
  advance(ms: number): void;
  /** Somebody sets the clock: no time passes. */
  set(byMs: number): void;
  /** What was waited for so far, in order. */
  readonly slept: number[];
}

/** Longer waits are alarms of the far future: they end only when they are called off. */
const FAR_MS = 3_600_000;

export function virtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let now = startMs;
  let setMs = 0;
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => now + setMs,
    steadyMs: () => now - startMs,
    random: () => 0.5,
    advance(ms) {
      now += ms;
    },
    set(byMs) {
      setMs += byMs;
    },
    async sleep(ms, signal) {
      if (ms >= FAR_MS) {
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          else signal.addEventListener("abort", () => resolve(), { once: true });
        });
        return;
      }
      slept.push(ms);
      const until = now + ms;
      await turn();
      if (!signal.aborted) now = Math.max(now, until);
    },
  };
}
