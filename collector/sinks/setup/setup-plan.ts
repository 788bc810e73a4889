/**
 * What a server lacks: places wanted by the settings against places that are there. Pure.
 *
 * @module
 */
import { durationText } from "../../../core/words/amounts.ts";
import { type Destination, destinationsOf } from "../destinations.ts";
import type { SinkOptions } from "../options.ts";

const DAY_SECONDS = 86_400;
/**
 * One shard for a year of roll-ups: a question over a year opens every series in every shard it touches, and a shard of
 * seven days holds seven points of each.
 */
const ROLLUP_SHARD_SECONDS = 364 * DAY_SECONDS;

/** How long to keep, in days; undefined leaves a place that exists as it is, and keeps forever in a new one. */
export interface KeepDays {
  readonly raw: number | undefined;
  readonly rollup: number | undefined;
}

/** A place lines are written to. */
export interface WantedPlace {
  readonly sink: string;
  readonly kind: "database" | "retention policy" | "bucket";
  /** Database or bucket. */
  readonly name: string;
  /** Of a retention policy; undefined means the default one of the database. */
  readonly policy: string | undefined;
  readonly keepSeconds: number | undefined;
  /** How much time one shard of it should hold; undefined leaves that to the server. */
  readonly shardSeconds: number | undefined;
}

/** A place that is there: how long it keeps, 0 forever. */
export interface FoundPlace {
  readonly kind: WantedPlace["kind"];
  readonly name: string;
  readonly policy: string | undefined;
  readonly keepSeconds: number;
  /** How much time one shard holds. */
  readonly shardSeconds: number | undefined;
  /** Whether lines without a policy go here. */
  readonly isDefault: boolean;
  /** What the server calls it, where that is needed to change it. */
  readonly id: string | undefined;
}

/** One step of a setup. */
export interface SetupStep {
  readonly sink: string;
  readonly action: "create" | "change" | "keep" | "none";
  readonly kind: WantedPlace["kind"] | "server";
  readonly name: string;
  /** For people: what will be done, or why nothing is. */
  readonly said: string;
  readonly wanted: WantedPlace | undefined;
  readonly found: FoundPlace | undefined;
}

/** Places a sink writes to: its own, and that of its roll-ups if they have one. */
export function wantedPlaces(options: SinkOptions, keep: KeepDays): WantedPlace[] {
  const places = destinationsOf([options]).flatMap((destination) =>
    destination.name === destination.sink
      ? placesOf(destination, keep.raw, undefined)
      : placesOf(destination, keep.rollup, ROLLUP_SHARD_SECONDS),
  );
  return places.filter((place, i) => places.findIndex((other) => samePlace(place, other)) === i);
}

function placesOf(
  { sink, target }: Destination,
  keepDays: number | undefined,
  longestShard: number | undefined,
): WantedPlace[] {
  const keepSeconds = keepDays === undefined ? undefined : keepDays * DAY_SECONDS;
  // no shard may hold more than is kept
  const shardSeconds = longestShard === undefined ? undefined : Math.min(longestShard, keepSeconds || longestShard);
  switch (target.type) {
    case "victoriametrics":
      return [];
    case "influx2":
      return [{ sink, kind: "bucket", name: target.bucket, policy: undefined, keepSeconds, shardSeconds }];
    case "influx1": {
      const { database: name, retentionPolicy: policy } = target;
      const undecided = { keepSeconds: undefined, shardSeconds: undefined };
      const database: WantedPlace = { sink, kind: "database", name, policy: undefined, ...undecided };
      if (policy === undefined && keepSeconds === undefined && shardSeconds === undefined) return [database];
      return [database, { sink, kind: "retention policy", name, policy, keepSeconds, shardSeconds }];
    }
  }
}

/** The steps from what is found to what is wanted, in the order they must be done. */
export function planSteps(wanted: readonly WantedPlace[], found: readonly FoundPlace[]): SetupStep[] {
  return wanted.map((place) => {
    const there = found.find((candidate) => matches(place, candidate));
    const base = { sink: place.sink, kind: place.kind, name: placeName(place), wanted: place, found: there };
    if (there === undefined) {
      if (place.kind === "retention policy" && place.policy === undefined) {
        return { ...base, action: "change", said: `keep ${keepText(place.keepSeconds ?? 0)}` };
      }
      const kept = place.kind === "database" ? "" : `, keep ${keepText(place.keepSeconds ?? 0)}`;
      return { ...base, action: "create", said: `is not there${kept}` };
    }
    const changes = changesOf(place, there);
    if (changes.length > 0) return { ...base, action: "change", said: changes.join("; ") };
    return {
      ...base,
      action: "keep",
      said: there.kind === "database" ? "is there" : `keeps ${keepText(there.keepSeconds)}`,
    };
  });
}

function changesOf({ keepSeconds, shardSeconds }: WantedPlace, there: FoundPlace): string[] {
  const changes: string[] = [];
  if (keepSeconds !== undefined && keepSeconds !== there.keepSeconds) {
    const shorter = keepSeconds !== 0 && (there.keepSeconds === 0 || keepSeconds < there.keepSeconds);
    const loss = shorter ? ", and older points are deleted" : "";
    changes.push(`keeps ${keepText(there.keepSeconds)}, then ${keepText(keepSeconds)}${loss}`);
  }
  const tooLong = there.keepSeconds !== 0 && (shardSeconds ?? 0) > there.keepSeconds && keepSeconds === undefined;
  if (shardSeconds !== undefined && shardSeconds !== there.shardSeconds && !tooLong) {
    changes.push(`new shards hold ${keepText(shardSeconds)}, which makes questions over a year quick`);
  }
  return changes;
}

/** `forever`, `400 d`, `1 d 12 h`. */
export function keepText(seconds: number): string {
  return seconds === 0 ? "forever" : durationText(seconds);
}

function placeName({ name, policy, kind }: WantedPlace): string {
  return kind === "retention policy" ? `${name}.${policy ?? "(default)"}` : name;
}

function samePlace(a: WantedPlace, b: WantedPlace): boolean {
  return a.kind === b.kind && a.name === b.name && a.policy === b.policy;
}

function matches(wanted: WantedPlace, found: FoundPlace): boolean {
  if (wanted.kind !== found.kind || wanted.name !== found.name) return false;
  return wanted.policy === undefined
    ? found.isDefault || found.kind !== "retention policy"
    : wanted.policy === found.policy;
}
