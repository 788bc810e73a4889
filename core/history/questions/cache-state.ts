/**
 * How a cache is, from the newest reading of its status.
 *
 * @module
 */
import { groupBy } from "../../group-by.ts";
import type { Question } from "../ask.ts";
import { flagOf, numberOf, type ReadPoint, textOf } from "../read-point.ts";
import { type Lines, Readings } from "./readings.ts";

/** The newest reading of the cache's status. Undefined where it did not say. */
export interface CacheState {
  readonly timeMs: number;
  readonly server: string;
  readonly activated: boolean | undefined;
  readonly active: boolean | undefined;
  /** 1 done, 0 pending, -1 failed. */
  readonly registered: number | undefined;
  readonly registrationError: string | undefined;
  readonly startup: string | undefined;
  /** `serving`, `off`, `starting`, `suspended`, `silent`, `unreachable`. */
  readonly state?: string | undefined;
  readonly usedBytes: number | undefined;
  readonly freeBytes: number | undefined;
  /** Undefined when unlimited. */
  readonly limitBytes: number | undefined;
  /** 0 to 1. */
  readonly pressure: number | undefined;
  readonly lowSpace: boolean | undefined;
  readonly diskExceeded: boolean | undefined;
  readonly alerts: number | undefined;
  /** Bytes held by Apple's category, the largest first. */
  readonly content: readonly { readonly kind: string; readonly bytes: number }[];
  readonly neighbours: readonly { readonly address: string; readonly role: string; readonly healthy: boolean }[];
}

/** The state of every cache that reported it, by the name of its server. */
export function cacheStates(lines: Omit<Lines, "measurement">): Question<CacheState[]> {
  const status = new Readings({ ...lines, measurement: "cachestatus" }, "newest");
  // written with it, in one batch
  const ofIt = (measurement: string): Readings => new Readings({ ...lines, measurement }, "newest", status);
  const [content, peers] = [ofIt("cachecontent"), ofIt("cachepeers")];
  return {
    lines: [status, content, peers],
    answer: () => {
      const [contents, neighbours] = [content, peers].map((lines) => groupBy(lines.all(), serverOf));
      return status.all().map((reading) => {
        // a category that is gone is in no later reading: only those of the newest count
        const newest = (points: Map<string, ReadPoint[]> | undefined): ReadPoint[] =>
          (points?.get(serverOf(reading)) ?? []).filter(({ timeMs }) => timeMs === reading.timeMs);
        return stateOf(reading, newest(contents), newest(neighbours));
      });
    },
  };
}

function serverOf({ tags }: ReadPoint): string {
  return tags["server"] ?? "";
}

function stateOf(status: ReadPoint, content: readonly ReadPoint[], peers: readonly ReadPoint[]): CacheState {
  const number = (name: string): number | undefined => numberOf(status.fields.get(name));
  const flag = (name: string): boolean | undefined => flagOf(status.fields.get(name));
  return {
    timeMs: status.timeMs,
    server: serverOf(status),
    activated: flag("activated"),
    active: flag("active"),
    registered: number("registered"),
    registrationError: textOf(status.fields.get("registration.error")),
    startup: textOf(status.fields.get("startup")),
    state: textOf(status.fields.get("state")),
    usedBytes: number("used"),
    freeBytes: number("free"),
    limitBytes: number("limit"),
    pressure: number("pressure"),
    lowSpace: flag("lowspace"),
    diskExceeded: flag("diskexceeded"),
    alerts: number("alerts"),
    content: content
      .map(({ tags, fields }) => ({ kind: tags["kind"] ?? "", bytes: numberOf(fields.get("bytes")) ?? 0 }))
      .sort((a, b) => b.bytes - a.bytes),
    neighbours: peers.flatMap(({ tags, fields }) => {
      const healthy = flagOf(fields.get("healthy"));
      return healthy === undefined ? [] : [{ address: tags["peer"] ?? "", role: tags["role"] ?? "", healthy }];
    }),
  };
}
