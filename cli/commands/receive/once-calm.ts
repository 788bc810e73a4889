/**
 * Waits until this process has time: what a receiver that was away has to catch up with comes first.
 *
 * @module
 */
import { performance } from "node:perf_hooks";

const LOOK_MS = 250;
/** Share of the time in which the event loop is busy. */
const CALM = 0.8;
const WAIT_MS = 30_000;

/** Calls back once the event loop has been calm for a quarter of a second, after half a minute at the latest. @returns how to stop */
export function onceCalm(callback: () => void, busyShare: () => number = busyShareSinceLast()): () => void {
  let waitedMs = 0;
  const timer = setInterval(() => {
    waitedMs += LOOK_MS;
    if (busyShare() > CALM && waitedMs < WAIT_MS) return;
    clearInterval(timer);
    callback();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

function busyShareSinceLast(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
