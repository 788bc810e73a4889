/**
 * When shipping must end, and what time it is.
 *
 * @module
 */
import { setMaxListeners } from "node:events";
import { setTimeout as sleepFor } from "node:timers/promises";

/** Time and chance, so that tests need not wait. */
export interface ShipClock {
  nowMs(): number;
  /** Milliseconds that nobody sets, the same for all processes of the computer; they begin again when it is started. */
  steadyMs(): number;
  /** Resolves after a while, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1, 1 excluded. */
  random(): number;
}

/** The clock of the machine. */
export const systemClock: ShipClock = {
  nowMs: Date.now,
  steadyMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  random: Math.random,
  sleep: async (ms, signal) => {
    // a longer wait than a timer can hold ends early, and the waiter looks again
    await sleepFor(Math.min(ms, 2 ** 31 - 1), undefined, { signal }).catch(() => {});
  },
};

/** Thrown to those who wait or send when the run ends. */
export class Interrupted extends Error {}

/** `leave` stops waiting and new requests, `kill` those in flight too. */
export interface RunLimits {
  readonly leave: AbortController;
  readonly kill: AbortController;
  /** Unix milliseconds after which nobody waits any more; undefined while there is no hurry. */
  deadlineMs: number | undefined;
  /** Lets go of the signal that ends everything. */
  dispose(): void;
}

/** Limits that a signal can end, and nothing else yet. */
export function createRunLimits(signal: AbortSignal): RunLimits {
  const leave = new AbortController();
  const kill = new AbortController();
  // every request and every wait listens
  setMaxListeners(0, leave.signal, kill.signal);
  const end = (): void => kill.abort();
  kill.signal.addEventListener("abort", () => leave.abort(), { once: true });
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  return { leave, kill, deadlineMs: undefined, dispose: () => signal.removeEventListener("abort", end) };
}
