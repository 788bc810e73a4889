/**
 * A device source: an inventory that says how many devices of which kind there are.
 *
 * A source reads an inventory to its last page and hands back counts. Names, serial numbers, users and addresses are
 * dropped as they are read: nothing but model, board, OS version and build is ever kept. Contract:
 * `device-source.contract.ts`.
 *
 * @module
 */
import type { Log } from "../../core/log.ts";
import type { DeviceCount } from "../words/asset.ts";

/** What a source may use while counting. */
export interface DeviceContext {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Waits between tries; tests hand in one that does not. Rejects when the signal fires. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly nowMs: () => number;
  /** Identifiers a marketing name may stand for (`iPad Air (5th generation)`); empty when nobody knows. */
  readonly modelsNamed: (marketingName: string) => Promise<readonly string[]>;
  /** Called for a long wait, for people who wait with us. */
  readonly say: (text: string) => void;
  /** 0 to 1, 1 excluded. */
  readonly random: () => number;
}

/** An inventory of one kind. */
export interface DeviceSource {
  /** Stable name, for options and messages. */
  readonly name: string;
  /**
   * All devices, counted by model, OS and build; the most numerous first.
   * @throws LarderError `DEVICES_DENIED`, `DEVICES_UNREACHABLE`, `DEVICES_BROKEN`: a partial inventory is never returned as a whole one.
   */
  count(context: DeviceContext): Promise<readonly DeviceCount[]>;
}
