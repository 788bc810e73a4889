/**
 * The progress of a warming run, from its events. Pure: events in, numbers out.
 *
 * @module
 */
import type { AssetEnd, WarmEvent } from "../../precache/index.ts";

/** One file on its way. */
export interface ActiveFile {
  readonly title: string;
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  readonly attempt: number;
}

/** The progress of the run at a moment. */
export interface ProgressNow {
  readonly nowMs: number;
  readonly active: readonly ActiveFile[];
  readonly planned: number;
  readonly plannedBytes: number;
  /** Files that came, were there, or failed; those that were left are not. */
  readonly done: number;
  readonly warmed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  /** Of the planned bytes, those that are there or on their way. */
  readonly doneBytes: number;
  /** 0 while there is too little to reckon from. */
  readonly bytesPerSecond: number;
  /** Undefined while there is nothing to reckon from. */
  readonly etaSeconds: number | undefined;
  /** What nothing moves for, if so. */
  readonly waiting: Wait | undefined;
}

/** A wait, and why. */
export interface Wait {
  readonly untilMs: number;
  readonly message: string;
}

/** The rate is that of the last ten seconds. */
const RATE_WINDOW_MS = 10_000;

interface Transfer extends ActiveFile {
  readonly key: string;
}

/** Follows one run. */
export class ProgressState {
  readonly #active = new Map<string, Transfer>();
  readonly #samples: { atMs: number; bytes: number }[] = [];
  readonly #counts = { warmed: 0, cached: 0, failed: 0, skipped: 0 };
  readonly #failures: AssetEnd[] = [];
  #planned = 0;
  #plannedBytes = 0;
  #endedBytes = 0;
  /** Of files that failed or were left: they will not come in this run. */
  #givenUpBytes = 0;
  #readBytes = 0;
  #waiting: Wait | undefined;

  /** Assets that failed, in the order in which they did. */
  get failures(): readonly AssetEnd[] {
    return this.#failures;
  }

  take(event: WarmEvent): void {
    switch (event.type) {
      case "run-start":
        this.#planned = event.asks;
        this.#plannedBytes = event.asksBytes;
        break;
      case "asset-start": {
        const { asset } = event.item;
        const file = { title: asset.title, bytes: 0, totalBytes: asset.sizeBytes, attempt: event.attempt };
        this.#active.set(keyOf(event), { key: keyOf(event), ...file });
        break;
      }
      case "progress": {
        const known = this.#active.get(keyOf(event));
        this.#read(Math.max(0, event.bytes - (known?.bytes ?? 0)), event.atMs);
        if (known === undefined) break;
        const totalBytes = event.totalBytes ?? known.totalBytes;
        this.#active.set(known.key, { ...known, bytes: event.bytes, totalBytes });
        break;
      }
      case "asset-end":
        this.#end(event);
        break;
      case "waiting":
        this.#waiting = { untilMs: event.atMs + event.waitMs, message: event.message };
        break;
      default:
        break;
    }
  }

  /** The numbers of a moment. */
  at(nowMs: number): ProgressNow {
    const active = [...this.#active.values()];
    const underway = active.reduce((sum, { bytes, totalBytes }) => sum + Math.min(bytes, totalBytes ?? bytes), 0);
    const doneBytes = Math.min(this.#endedBytes + underway, Math.max(this.#plannedBytes, this.#endedBytes));
    const bytesPerSecond = this.#rate(nowMs);
    const left = Math.max(0, this.#plannedBytes - doneBytes - this.#givenUpBytes);
    const { warmed, cached, failed, skipped } = this.#counts;
    return {
      active,
      planned: this.#planned,
      plannedBytes: this.#plannedBytes,
      done: warmed + cached + failed,
      warmed,
      cached,
      failed,
      skipped,
      doneBytes,
      bytesPerSecond,
      etaSeconds: bytesPerSecond > 0 && left > 0 ? left / bytesPerSecond : undefined,
      waiting: this.#waiting !== undefined && this.#waiting.untilMs > nowMs ? this.#waiting : undefined,
      nowMs,
    };
  }

  #end(event: AssetEnd): void {
    const known = this.#active.get(keyOf(event));
    this.#active.delete(keyOf(event));
    this.#counts[event.outcome]++;
    if (event.outcome === "failed") this.#failures.push(event);
    if (event.outcome === "warmed") this.#read(Math.max(0, (event.sizeBytes ?? 0) - (known?.bytes ?? 0)), event.atMs);
    const size = event.item.asset.sizeBytes ?? 0;
    if (event.outcome === "warmed" || event.outcome === "cached") this.#endedBytes += size;
    else this.#givenUpBytes += size;
  }

  #read(bytes: number, atMs: number): void {
    this.#readBytes += bytes;
    this.#waiting = undefined;
    this.#samples.push({ atMs, bytes: this.#readBytes });
    while (this.#samples.length > 2 && (this.#samples[1]?.atMs ?? atMs) < atMs - RATE_WINDOW_MS) this.#samples.shift();
  }

  #rate(nowMs: number): number {
    const first = this.#samples[0];
    if (first === undefined) return 0;
    const span = Math.min(Math.max(nowMs - first.atMs, 1), Number.MAX_SAFE_INTEGER);
    return span < 250 ? 0 : ((this.#readBytes - first.bytes) * 1000) / span;
  }
}

function keyOf(event: { target: { name: string }; item: { asset: { url: string } } }): string {
  return `${event.target.name}\n${event.item.asset.url}`;
}
