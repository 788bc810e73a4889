/**
 * What is wrong with a cache, from a status asked for just now and what answered on its port.
 *
 * @module
 */
import type { CacheStatus } from "../../core/cache/cache.ts";
import type { Finding } from "../../core/finding.ts";
import type { CacheState } from "../../core/history/history.ts";
import { type OwnAnswers, serviceState } from "../sources/sources.ts";
import { cacheFindings } from "./findings.ts";

/** The findings of a status as `larder status` has them, the worst first. */
export function statusFindings(status: CacheStatus, answers: OwnAnswers, nowMs: number): Finding[] {
  const cache = stateOf(status, answers, nowMs);
  return cacheFindings({ nowMs, cache, lastRowMs: undefined, pass: undefined, events: [], warming: undefined });
}

function stateOf(status: CacheStatus, answers: OwnAnswers, timeMs: number): CacheState {
  const { activated, active, registered, registrationError, startup, pressure, cacheStatus, freeBytes } = status;
  const of = (role: string, all: CacheStatus["peers"]): CacheState["neighbours"] =>
    all.flatMap(({ address, healthy }) =>
      address === undefined || healthy === undefined ? [] : [{ address, role, healthy }],
    );
  return {
    ...{ timeMs, server: "", activated, active, registered, registrationError, startup, pressure },
    state: serviceState(status, answers),
    usedBytes: status.actualUsedBytes ?? status.usedBytes,
    freeBytes,
    limitBytes: status.limitBytes === 0 ? undefined : status.limitBytes,
    lowSpace: cacheStatus === undefined ? undefined : cacheStatus === "LOWSPACE",
    diskExceeded: freeBytes === undefined ? undefined : freeBytes < 0,
    alerts: status.alerts.length,
    content: [],
    neighbours: [...of("parent", status.parents), ...of("peer", status.peers)],
  };
}
