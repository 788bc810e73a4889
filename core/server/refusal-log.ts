/**
 * Says in the log who asked without a valid token: each address once a minute, however often it tries.
 *
 * @module
 */
import type { Log } from "../log.ts";

const MINUTE_MS = 60_000;

export class RefusalLog {
  readonly #log: Log;
  #minute = Number.NaN;
  /** Addresses of this minute. */
  readonly #said = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  note(address: string, nowMs: number): void {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) this.#said.clear();
    this.#minute = minute;
    if (this.#said.has(address)) return;
    this.#said.add(address);
    this.#log.warn("refused a request without a valid token; said once a minute for an address", { address });
  }
}
