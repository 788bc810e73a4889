/**
 * The bandwidth limit: one token bucket that all transfers of a run share.
 *
 * A reader of bytes pays for them and waits until they are paid. The bucket holds 40 ms worth: that much lateness
 * of a timer is made good, and a pause saves up no more than that, so the rate is right over seconds and smooth over a
 * quarter of one.
 *
 * @module
 */

export interface Pace {
  readonly bytesPerSecond: number;
  /** Pays for bytes. @returns undefined when one may go on at once, else a promise to wait for. */
  pay(bytes: number): Promise<void> | undefined;
}

export interface PaceClock {
  /** Milliseconds that only grow. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const BURST_MS = 40;

const monotonic: PaceClock = {
  nowMs: () => performance.now(),
  sleep: async (ms) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
  },
};

/** A limit in bytes a second. */
export function createPace(bytesPerSecond: number, clock: PaceClock = monotonic): Pace {
  let paidUntilMs = Number.NEGATIVE_INFINITY;
  return {
    bytesPerSecond,
    pay: (bytes) => {
      const now = clock.nowMs();
      paidUntilMs = Math.max(paidUntilMs, now - BURST_MS) + (bytes / bytesPerSecond) * 1000;
      const waitMs = paidUntilMs - now;
      return waitMs <= 0 ? undefined : clock.sleep(waitMs);
    },
  };
}

/**
 * How much one read may take so that a limit stays smooth: 20 ms worth of it, shared by the transfers that run,
 * between 1 KiB and the 256 KiB of an unlimited read.
 */
export function readBytesFor(bytesPerSecond: number | undefined, concurrency: number): number {
  const most = 256 * 1024;
  if (bytesPerSecond === undefined) return most;
  return Math.min(most, Math.max(1024, Math.floor((bytesPerSecond * 0.02) / concurrency)));
}
