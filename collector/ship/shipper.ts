/**
 * What ships one sink: what it is made from, what it does, and what it reports.
 *
 * @module
 */
import type { Disk } from "../../core/disk.ts";
import type { LarderError } from "../../core/errors.ts";
import type { StreamReader } from "../../core/journal/journal.ts";
import type { Sink } from "../sinks/sinks.ts";
import type { SinkState } from "./delivery.ts";
import type { ShipClock } from "./run-limits.ts";

export interface ShipperOptions {
  readonly sink: Sink;
  /** The streams to ship; the sink reads each from its own place. */
  readonly readers: readonly StreamReader[];
  readonly stateDir: string;
  /** Ends everything: requests in flight are given up and will be repeated. */
  readonly signal: AbortSignal;
  /** Requests in flight. Default 4, where InfluxDB is busy and memory still small. */
  readonly inFlight?: number;
  /** Size the reject file never exceeds. Default 64 MiB. */
  readonly rejectMaxBytes?: number;
  readonly clock?: ShipClock;
  /** Where its place and what was refused are written. */
  readonly disk?: Disk;
}

/** What was done since the last report. */
export interface ShipReport {
  readonly sink: string;
  /** Lines the server took, and their bytes. */
  readonly shippedLines: number;
  readonly shippedBytes: number;
  /** Lines rejected permanently. */
  readonly rejectedLines: number;
  /** Lines the server did not store because they are older than it keeps. */
  readonly expiredLines: number;
  /** Journal bytes this sink has yet to take. */
  readonly backlogBytes: number;
  /** Bytes this sink will never get: removed by retention before it took them, or refused with the reject file full. */
  readonly lostBytes: number;
  readonly state: SinkState;
  /** Why not everything is shipped. */
  readonly problem: LarderError | undefined;
  /** When the server last accepted something, Unix milliseconds; undefined when it has not since the shipper was made. */
  readonly lastAckMs: number | undefined;
}

export interface Shipper {
  /** There may be something new: ships in the background. Returns at once. */
  pump(): void;
  /**
   * Ships until everything is done, the server asks for more patience than there is time, or the deadline is reached
   * (Unix milliseconds); saves the sink's place and reports. Never throws for the sink's sake. May be called again.
   */
  finish(deadlineMs: number): Promise<ShipReport>;
  /** Gives up what is on its way, saves the place and closes the sink. */
  close(): Promise<void>;
}
