/**
 * Counting devices without keeping them: one number for each kind, nothing else.
 *
 * @module
 */
import type { DeviceCount } from "../asset.ts";

/** What is read of one device; everything else of its record is dropped before it gets here. */
export interface DeviceFacts {
  readonly model: string;
  readonly os?: string | undefined;
  readonly build?: string | undefined;
  readonly board?: string | undefined;
  /** Default 1. */
  readonly count?: number;
}

/** Devices counted by model, OS, build and board. */
export class Tally {
  private readonly counts = new Map<string, DeviceCount>();

  /** Counts one device, or several alike. */
  add(device: DeviceFacts): void {
    const { model, os, build, board, count = 1 } = device;
    const key = JSON.stringify([model, os, build, board]);
    const known = this.counts.get(key)?.count ?? 0;
    this.counts.set(key, { model, os, build, count: known + count, ...(board === undefined ? {} : { board }) });
  }

  /** The counts, the most numerous first, equals in the order of their names. */
  list(): DeviceCount[] {
    return [...this.counts.values()].sort((a, b) => b.count - a.count || (a.model < b.model ? -1 : 1));
  }
}
