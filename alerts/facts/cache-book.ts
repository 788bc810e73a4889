/**
 * What is known of one cache, as its lines come in. Of what is older than what is known nothing is taken, so that streams
 * may be read in any order.
 *
 * @module
 */
import { flagOf, numberOf, type ReadPoint, textOf } from "../../core/history/history.ts";
import type { EventFacts, NeighbourFacts, StatusFacts, WarmingFacts } from "./known.ts";

type RunEvent = WarmingFacts["event"];
const RUN_EVENTS: ReadonlySet<string> = new Set<RunEvent>(["run-start", "run-end", "run-skipped"]);

export class CacheBook {
  readonly server: string;
  tags: Readonly<Record<string, string>> = {};
  heardMs: number | undefined;
  status: StatusFacts | undefined;
  pass: { readonly timeMs: number; readonly up: boolean } | undefined;
  rowMs: number | undefined;
  wiped: EventFacts | undefined;
  restarted: EventFacts | undefined;
  #run: (EventFacts & { readonly event: RunEvent }) | undefined;
  #failed: { readonly timeMs: number; count: number } | undefined;
  #lastAssetMs: number | undefined;
  readonly #neighbours = new Map<string, NeighbourFacts & { readonly timeMs: number }>();

  constructor(server: string) {
    this.server = server;
  }

  /** A line of `larder`. */
  takePass({ timeMs, fields }: ReadPoint): void {
    this.#hear(timeMs);
    if (timeMs >= (this.pass?.timeMs ?? timeMs)) this.pass = { timeMs, up: numberOf(fields.get("up")) === 1 };
  }

  /** A line of `cachereport`: the cache itself was heard. */
  takeReport({ timeMs }: ReadPoint): void {
    this.#hear(timeMs);
  }

  /** A line of `cachestatus`. */
  takeStatus({ timeMs, fields }: ReadPoint): void {
    this.#hear(timeMs);
    if (timeMs < (this.status?.timeMs ?? timeMs)) return;
    this.status = {
      timeMs,
      activated: flagOf(fields.get("activated")),
      active: flagOf(fields.get("active")),
      registered: numberOf(fields.get("registered")),
      registrationError: textOf(fields.get("registration.error")),
      usedBytes: numberOf(fields.get("used")),
      pressure: numberOf(fields.get("pressure")),
      lowSpace: flagOf(fields.get("lowspace")),
      diskExceeded: flagOf(fields.get("diskexceeded")),
    };
  }

  /** A line of `cachepeers`. */
  takeNeighbour({ timeMs, tags, fields }: ReadPoint): void {
    const healthy = flagOf(fields.get("healthy"));
    const address = tags["peer"] ?? "";
    if (healthy === undefined || timeMs < (this.#neighbours.get(address)?.timeMs ?? timeMs)) return;
    this.#neighbours.set(address, { timeMs, address, role: tags["role"] ?? "", healthy });
  }

  /** A line of traffic. */
  takeRow({ timeMs }: ReadPoint): void {
    this.rowMs = Math.max(timeMs, this.rowMs ?? timeMs);
  }

  /** A line of `events`. */
  takeEvent({ timeMs, tags, fields }: ReadPoint): void {
    const kind = tags["event"] ?? "";
    const event = { timeMs, text: textOf(fields.get("text")) ?? "" };
    if (kind === "wiped" && timeMs >= (this.wiped?.timeMs ?? timeMs)) this.wiped = event;
    if (kind === "restarted" && timeMs >= (this.restarted?.timeMs ?? timeMs)) this.restarted = event;
    if (isRunEvent(kind) && timeMs >= (this.#run?.timeMs ?? timeMs)) this.#run = { ...event, event: kind };
  }

  /** A line of `precacherun`: one of each target, all of one moment. */
  takeRun({ timeMs, fields }: ReadPoint): void {
    const failed = numberOf(fields.get("failed")) ?? 0;
    if (this.#failed === undefined || timeMs > this.#failed.timeMs) this.#failed = { timeMs, count: failed };
    else if (timeMs === this.#failed.timeMs) this.#failed.count += failed;
  }

  /** A line of `precacheasset`. */
  takeAsset({ timeMs }: ReadPoint): void {
    this.#lastAssetMs = Math.max(timeMs, this.#lastAssetMs ?? timeMs);
  }

  get warming(): WarmingFacts | undefined {
    const run = this.#run;
    return run === undefined ? undefined : { ...run, lastLineMs: this.#lastAssetMs, failed: this.#failed?.count ?? 0 };
  }

  /** Those of the newest reading: one that is gone is in no later one. */
  get neighbours(): readonly NeighbourFacts[] {
    const newest = Math.max(...[...this.#neighbours.values()].map(({ timeMs }) => timeMs));
    return [...this.#neighbours.values()].filter(
      ({ timeMs }) => timeMs === newest && timeMs >= (this.status?.timeMs ?? timeMs),
    );
  }

  #hear(timeMs: number): void {
    this.heardMs = Math.max(timeMs, this.heardMs ?? timeMs);
  }
}

function isRunEvent(kind: string): kind is RunEvent {
  return RUN_EVENTS.has(kind);
}
