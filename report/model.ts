/**
 * What a report says, before it has a form: numbers, names and stretches of time.
 *
 * Every form, page, picture, table or text, is made of this and computes nothing of its own, so that they agree.
 *
 * @module
 */
import type { Savings, Sources } from "../core/history/history.ts";
import type { Integer } from "../core/line/line.ts";
import { ratio } from "../core/measures.ts";
import type { BucketUnit } from "../core/time/local-days.ts";
import type { Period } from "./period.ts";

/** What bars and tables are divided into. */
export type By = BucketUnit | "week" | "month";

export type { Sources };

/** A part of the time. */
export interface Bucket extends Savings {
  readonly startMs: number;
  readonly sources: Sources;
  /** False for a stretch without any data, which is not one without traffic. */
  readonly hasData: boolean;
}

/** A site, or a cache whose site has no name. */
export interface Site extends Savings {
  readonly name: string;
  /** Why it is named apart from the others. */
  readonly outlier: "lowHitRatio" | "silent" | undefined;
}

export interface Kind {
  readonly kind: string;
  readonly bytes: number;
}

export interface Warming {
  readonly warmed: number;
  readonly failed: number;
  readonly bytesFromOrigin: Integer;
  /** Served from the caches' disks, less what warming took. */
  readonly bytesServedFromDisk: Integer;
}

/** Something that happened. */
export interface Trouble {
  readonly timeMs: number;
  readonly server: string;
  readonly title: string;
  readonly text: string;
}

/** Days without data, both ends included as instants: from, inclusive, to, exclusive. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly days: number;
}

/** Devices or files of one sort. */
export interface ClientGroup {
  readonly name: string;
  /** Devices on a day with data, on average; 0 for files, which are not counted by devices. */
  readonly perDay: number;
  readonly requests: Integer;
  readonly bytes: Integer;
}

/** What came to the caches, most requests first. */
export interface ReportClients {
  readonly families: readonly ClientGroup[];
  readonly systems: readonly ClientGroup[];
  readonly models: readonly ClientGroup[];
  readonly files: readonly ClientGroup[];
}

/** Parts of a report that what was read may be unable to answer. */
export type Unknown = "kinds" | "clients" | "warming" | "troubles";

/** What it cost, or would have. */
export interface Worth {
  readonly currency: string;
  readonly pricePerGB: number | undefined;
  readonly lineMbits: number | undefined;
}

export interface Report {
  readonly madeMs: number;
  readonly timeZone: string;
  readonly period: Period;
  readonly by: By;
  readonly organisation: string | undefined;
  /** A data: address. */
  readonly logo: string | undefined;
  readonly filter: Readonly<Record<string, string>>;
  /** The tag sites are told apart by. */
  readonly groupBy: string;
  readonly total: Savings;
  readonly sources: Sources;
  /** The time before; undefined where it has no data. */
  readonly before: Savings | undefined;
  readonly worth: Worth;
  readonly buckets: readonly Bucket[];
  /** By what they served, most first. */
  readonly sites: readonly Site[];
  /** Median of the sites' hit ratios; undefined with fewer than five. */
  readonly medianHitRatio: number | undefined;
  readonly kinds: readonly Kind[];
  /** Undefined where nothing is known of them. */
  readonly clients: ReportClients | undefined;
  readonly warming: Warming | undefined;
  readonly troubles: readonly Trouble[];
  readonly gaps: readonly Gap[];
  /** Nothing in these parts means that nothing is known. */
  readonly unknown: readonly Unknown[];
}

/** Money of an amount of bytes; undefined without a price. */
export function moneyOf(bytes: Integer, { pricePerGB }: Worth): number | undefined {
  return pricePerGB === undefined ? undefined : (Number(bytes) / 1e9) * pricePerGB;
}

/** Hours for which the line would have been full; undefined where its speed is not known. */
export function lineHoursOf(bytes: Integer, { lineMbits }: Worth): number | undefined {
  return lineMbits === undefined ? undefined : (Number(bytes) * 8) / (lineMbits * 1e6) / 3600;
}

/** How much more or less than before, as a share: 0.5 is half as much again; undefined where nothing was before. */
export function changeOf(now: Integer, before: Integer | undefined): number | undefined {
  const share = before === undefined ? undefined : ratio(now, before);
  return share === undefined ? undefined : share - 1;
}
