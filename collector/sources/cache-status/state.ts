/**
 * States of a cache that look alike in its status: told apart by what answers on its port.
 *
 * @module
 */
import type { CacheStatus, PortAnswer } from "../../../core/cache/cache.ts";

/**
 * `serving`; `off`: switched off, or its volume is gone; `starting`: not serving yet, as after an update of its own;
 * `suspended`: it has stopped by itself until Apple answers, and keeps what it holds; `silent`: it says that it serves, and
 * nothing answers; `unreachable`: it answers on this computer and not on its address.
 */
export type ServiceState = "serving" | "off" | "starting" | "suspended" | "silent" | "unreachable";

/** What answered on the port of the cache; undefined where it was not asked. */
export interface OwnAnswers {
  /** On this computer. */
  readonly itself: PortAnswer | undefined;
  /** On its address in the network. */
  readonly network: PortAnswer | undefined;
}

const UNAVAILABLE = 503;

/** The state of a cache; undefined where the status does not say. */
export function serviceState(status: CacheStatus, { itself, network }: OwnAnswers): ServiceState | undefined {
  const { activated, active, startup, registered } = status;
  if (activated === false) return "off";
  const unavailable = [itself, network].some((answer) => answer?.http === UNAVAILABLE);
  if (active === false) {
    if (unavailable) return "suspended";
    // it had started, and waits for Apple; where it was refused, that is what the status says itself
    return startup === "OK" && registered === 0 && itself?.answers !== false ? "suspended" : "starting";
  }
  if (active !== true) return undefined;
  if (unavailable) return "suspended";
  const answered = [itself, network].filter((answer) => answer !== undefined);
  if (answered.length > 0 && answered.every(({ answers }) => !answers)) return "silent";
  return network?.answers === false ? "unreachable" : "serving";
}
