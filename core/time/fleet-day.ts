/**
 * The slot of a cache in `fleet_1d`, the measurement that keeps the days of a whole fleet in few series.
 *
 * A series database asks a price for every series: InfluxDB 1.6.7 needs seven seconds to add up a year of 2,000 caches by
 * day, and half a second where the same points lie in a few dozen series. So the points of `fleet_1d` carry only the tags
 * of groups; what distinguished the caches, `server` and all other tags, becomes the millisecond of the day instead. Why
 * this is safe enough, and how safe: docs/decisions/0005-fleet-days.md.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { tagPairs } from "../line/line.ts";

/** The tags a point of `fleet_1d` keeps. */
const FLEET_TAGS = ["region", "school_type"] as const;

/** Places in a day: the milliseconds of the shortest one, 23 hours. */
const PLACES = 23 * 3_600_000;

/** A series of `fleet_1d` and the place of one cache in its days. */
export interface FleetPlace {
  /** The tags that are kept, as in a line: `,region=North,school_type=primary`. */
  readonly tags: string;
  /** Milliseconds after the day's beginning. */
  readonly offsetMs: number;
}

/**
 * The place of a cache by its tags alone: the same tags give the same place, wherever and however often it is computed.
 * @param tags as in a line, `,region=North,…,server=cache01`, escaped
 */
export function fleetPlace(tags: string): FleetPlace {
  const pairs = tagPairs(tags);
  const isKept = (pair: string): boolean => FLEET_TAGS.some((tag) => pair.startsWith(`${tag}=`));
  const dropped = pairs.filter((pair) => !isKept(pair)).join(",");
  return {
    tags: pairs
      .filter(isKept)
      .map((pair) => `,${pair}`)
      .join(""),
    offsetMs: createHash("sha256").update(dropped).digest().readUIntBE(0, 6) % PLACES,
  };
}
