/**
 * Served, saved, over the WAN: defined once, for history, status, reports and boards alike.
 *
 * Served is what clients got. It came from the cache's disk, from a peer or a parent (local all of them), or from Apple
 * over the WAN. Saved is the local part, without what warming asked for: a warming run is itself a client, and what it
 * is given from disk saved nobody anything.
 *
 * @module
 */
import type { Integer } from "../point.ts";

export const SERVED_FIELDS = [
  "bytes.fromcache.toclients",
  "bytes.fromorigin.toclients",
  "bytes.frompeers.toclients",
  "bytes.fromparents.toclients",
] as const;

/** The fields of `bytestoclients` that did not cross the WAN. */
export const LOCAL_FIELDS = [
  "bytes.fromcache.toclients",
  "bytes.frompeers.toclients",
  "bytes.fromparents.toclients",
] as const;

export const WAN_FIELDS = [
  "bytes.fromorigin.toclients",
  "bytes.fromorigin.topeers",
  "bytes.fromorigin.tochildren",
] as const;

/** Bytes of a stretch of time. */
export interface Savings {
  readonly served: number;
  readonly saved: number;
  /** Pulled from Apple to answer clients. */
  readonly fromOrigin: number;
  /** Pulled from Apple for whomever: clients, peers, children. */
  readonly wan: number;
  /** Local share of what was served, 0 to 1; undefined when nothing was served. */
  readonly hitRatio: number | undefined;
}

/**
 * Savings from sums of `bytestoclients` and of `precacherun` over the same stretch.
 * @param warmedLocally bytes warming was given without the WAN: asked minus from origin.
 */
export function savingsOf(sums: Readonly<Record<string, Integer>>, warmedLocally = 0): Savings {
  const sum = (fields: readonly string[]): number =>
    fields.reduce((total, field) => total + Number(sums[field] ?? 0), 0);
  const served = sum(SERVED_FIELDS);
  const local = sum(LOCAL_FIELDS);
  return {
    served,
    saved: Math.max(0, local - warmedLocally),
    fromOrigin: sum(["bytes.fromorigin.toclients"]),
    wan: sum(WAN_FIELDS),
    hitRatio: served > 0 ? local / served : undefined,
  };
}
