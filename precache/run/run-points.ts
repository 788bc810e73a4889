/**
 * A warming run as points: `precacheasset` for every asset that ended, `precacherun` for every target, `events` at the
 * start and the end. Pure.
 *
 * What a file cost is written in parts that add up: one that takes long has lines of the outcome `partial` on its way, each
 * with what came since the one before, and in its last line only the rest. So the sum over all lines is the cost of the
 * run, at any moment.
 *
 * Two points of one series never share a millisecond, or the second would overwrite the first: the later one moves on
 * to the next free millisecond.
 *
 * @module
 */

import { type FieldValue, type Point, tagText } from "../../core/line/line.ts";
import { countText } from "../../core/words/amounts.ts";
import type { Delivery } from "../presence/presence.ts";
import type { AssetCost, AssetEnd, AssetPart, RunEnd, RunStart, WarmEvent, WarmSums } from "../warm/warm.ts";

/** Makes the points of one run; keep one for the run. */
export class RunPoints {
  readonly #tags: Readonly<Record<string, string>>;
  readonly #lastMs = new Map<string, number>();

  /** @param tags the collector's: `server` and the admin's own. */
  constructor(tags: Readonly<Record<string, string>>) {
    this.#tags = tags;
  }

  /** The points an event makes; none for most. */
  from(event: WarmEvent): Point[] {
    switch (event.type) {
      case "run-start":
        return [this.#start(event)];
      case "run-skipped": {
        const fields = eventFields("Warming skipped", event.reason);
        return [this.#at("events", { event: "run-skipped" }, fields, event.atMs)];
      }
      case "asset-part":
        return [this.#part(event)];
      case "asset-end":
        return [this.#asset(event)];
      case "run-end":
        return [...event.summary.targets.map((sums) => this.#run(event, sums)), this.#end(event)];
      default:
        return [];
    }
  }

  /** A delivery an older version has written down elsewhere. What it cost is no longer known: all of it counts. */
  adopted({ target, url, sizeBytes, atMs }: Delivery): Point {
    const fields = {
      bytes: { integer: sizeBytes },
      "bytes.asked": { integer: sizeBytes },
      "bytes.fromorigin": { integer: sizeBytes },
      devices: { integer: 0 },
      seconds: { float: 0 },
      url: { text: url },
    };
    return this.#at("precacheasset", { target, group: "other", outcome: "warmed" }, fields, atMs);
  }

  #start(event: RunStart): Point {
    const names = event.targets.map(({ name }) => name).join(", ");
    const text = `${countText(event.planned, "asset")}, ${event.plannedBytes} bytes, to ${names}`;
    const { plannedSeconds } = event;
    const planning = plannedSeconds === undefined ? {} : { "planned.seconds": { float: plannedSeconds } };
    const fields = {
      ...eventFields("Warming began", text),
      ...planning,
      "planned.files": { integer: event.asks },
      "planned.bytes": { integer: event.asksBytes },
    };
    return this.#at("events", { event: "run-start" }, fields, event.atMs);
  }

  #end({ atMs, summary }: RunEnd): Point {
    const { warmed, cached, failed, skipped, bytesFromOrigin, ended } = summary;
    const text = `${warmed} warmed, ${cached} there already, ${failed} failed, ${skipped} left; ${bytesFromOrigin} bytes from origin; ${ended}`;
    return this.#at("events", { event: "run-end" }, eventFields("Warming ended", text), atMs);
  }

  #asset(event: AssetEnd): Point {
    const { asset, devices } = event.item;
    const tags = { target: event.target.name, group: asset.group, outcome: event.outcome };
    const size = event.sizeBytes ?? asset.sizeBytes;
    const fields: Record<string, FieldValue> = {
      ...(size === undefined ? {} : { bytes: { integer: size } }),
      ...costOf(event.sinceLastLine),
      devices: { integer: devices },
      url: { text: asset.url },
    };
    return this.#at("precacheasset", tags, fields, event.atMs);
  }

  #part(event: AssetPart): Point {
    const { asset } = event.item;
    const tags = { target: event.target.name, group: asset.group, outcome: "partial" };
    const fields = { ...costOf(event.sinceLastLine), url: { text: asset.url } };
    return this.#at("precacheasset", tags, fields, event.atMs);
  }

  #run({ atMs, summary }: RunEnd, sums: WarmSums & { readonly target: { readonly name: string } }): Point {
    const fields: Record<string, FieldValue> = {
      planned: { integer: sums.planned },
      warmed: { integer: sums.warmed },
      cached: { integer: sums.cached },
      failed: { integer: sums.failed },
      skipped: { integer: sums.skipped },
      "bytes.planned": { integer: sums.bytesPlanned },
      "bytes.asked": { integer: sums.bytesAsked },
      "bytes.fromorigin": { integer: sums.bytesFromOrigin },
      seconds: { float: summary.seconds },
    };
    return this.#at("precacherun", { target: sums.target.name }, fields, atMs);
  }

  #at(
    measurement: string,
    tags: Readonly<Record<string, string>>,
    fields: Readonly<Record<string, FieldValue>>,
    atMs: number,
  ): Point {
    const all = { ...this.#tags, ...tags };
    const series = measurement + tagText(all);
    const timeMs = Math.max(Math.round(atMs), (this.#lastMs.get(series) ?? Number.NEGATIVE_INFINITY) + 1);
    this.#lastMs.set(series, timeMs);
    return { measurement, tags: all, fields, timeMs };
  }
}

function eventFields(title: string, text: string): Record<string, FieldValue> {
  return { title: { text: title }, text: { text }, tags: { text: "larder,precache" } };
}

function costOf({ bytesAsked, bytesFromOrigin, seconds }: AssetCost): Record<string, FieldValue> {
  return {
    "bytes.asked": { integer: bytesAsked },
    "bytes.fromorigin": { integer: bytesFromOrigin },
    seconds: { float: seconds },
  };
}
