/**
 * How one cache is doing in this run: waiting together, striking out, coming back.
 *
 * @module
 */

import { setMaxListeners } from "node:events";
import { retryDelayMs } from "../../core/retry.ts";
import { ageText } from "../../core/words/amounts.ts";
import type { FetchError } from "../transfer/transfer.ts";
import type { CacheTarget } from "../words/asset.ts";
import { BUSY_PATIENCE, SILENT_PATIENCE } from "./back-off.ts";

/** When a cache counts as dead. */
export interface HealthLimits {
  /** Rounds of failed connections without an answer. */
  readonly strikes: number;
  /** Nothing but 503 for so long. A suspension lasts 20 to 35 minutes. */
  readonly busyMs: number;
  /** Files in a row that did not come, each tried as often as allowed. */
  readonly failures: number;
}

export const DEFAULT_LIMITS: HealthLimits = { strikes: 4, busyMs: 45 * 60_000, failures: 25 };

/** A failed try that concerns the cache. */
export interface Trouble {
  readonly error: FetchError;
  /** When the try began, Unix milliseconds. */
  readonly startedMs: number;
  readonly nowMs: number;
  /** 0 to 1, 1 excluded. */
  readonly random: number;
}

/** What ends the work of a cache from outside. */
export interface RunSignals {
  /** Aborted when nothing runs any more. */
  readonly cancel: AbortSignal;
  /** Aborted when nothing starts any more. */
  readonly pause: AbortSignal;
}

export class TargetHealth {
  readonly target: CacheTarget;
  /** Nobody asks before this, Unix milliseconds. */
  holdUntilMs = 0;
  /** When a file last came; 0 means never. */
  lastSuccessMs = 0;
  /** Set once nobody will ask any more. */
  dead: { readonly message: string; readonly code: string } | undefined;
  /** Aborted when nobody wants its bytes any more: the target is dead, or the run lets go. */
  readonly cancel: AbortSignal;
  /** Aborted when waiting is pointless: as above, or no transfer may start any more. */
  readonly wake: AbortSignal;
  readonly #gone = new AbortController();
  readonly #limits: HealthLimits;
  #strikes = 0;
  #lastStrikeMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #busySinceMs: number | undefined;
  #busyAnswers = 0;

  constructor(target: CacheTarget, limits: HealthLimits, { cancel, pause }: RunSignals) {
    this.target = target;
    this.#limits = limits;
    this.cancel = AbortSignal.any([this.#gone.signal, cancel]);
    this.wake = AbortSignal.any([this.cancel, pause]);
    setMaxListeners(0, this.#gone.signal, this.cancel, this.wake);
  }

  /** A file came. */
  success(nowMs: number): void {
    this.lastSuccessMs = nowMs;
    this.#failures = 0;
    this.answered();
  }

  /** It answered, whatever the answer. */
  answered(): void {
    this.#strikes = 0;
    this.#busySinceMs = undefined;
    this.#busyAnswers = 0;
  }

  /** 503 or 429. @returns how long all wait, or undefined when another answer has just set the same wait. */
  busy({ error, startedMs, nowMs, random }: Trouble): number | undefined {
    this.#strikes = 0;
    this.#busySinceMs ??= nowMs;
    if (nowMs - this.#busySinceMs >= this.#limits.busyMs) {
      this.die(
        `it has answered ${error.status ?? 503} for ${ageText(nowMs - this.#busySinceMs)}: it is suspended`,
        "TARGET_SUSPENDED",
      );
      return undefined;
    }
    if (startedMs < this.holdUntilMs) return undefined;
    this.#busyAnswers++;
    const asked = { failures: this.#busyAnswers, random, askedMs: error.retryAfterMs };
    const waitMs = retryDelayMs(BUSY_PATIENCE, asked);
    this.holdUntilMs = nowMs + waitMs;
    return waitMs;
  }

  /**
   * No connection; or no word, which weighs double because it took the stall time to find out.
   * @returns how long all wait, or undefined when this is the same silence as before.
   */
  unreachable({ error, startedMs, nowMs, random }: Trouble): number | undefined {
    if (this.dead !== undefined || startedMs <= this.#lastStrikeMs) return undefined;
    this.#strikes += error.code === "FETCH_STALLED" ? 2 : 1;
    this.#lastStrikeMs = nowMs;
    if (this.#strikes >= this.#limits.strikes) {
      this.die(`it cannot be reached any more: ${error.message}`, "TARGET_UNREACHABLE");
      return undefined;
    }
    const waitMs = retryDelayMs(SILENT_PATIENCE, { failures: this.#strikes, random });
    this.holdUntilMs = Math.max(this.holdUntilMs, nowMs + waitMs);
    return waitMs;
  }

  /** A file was given up after all its tries, for a reason that is not the file's own. */
  gaveUp(error: FetchError): void {
    this.#failures++;
    if (this.#failures < this.#limits.failures) return;
    const said = `${this.#failures} files in a row did not come, the last because: ${error.message}`;
    this.die(said, "TARGET_GIVES_NOTHING");
  }

  die(message: string, code: string): void {
    if (this.dead !== undefined) return;
    this.dead = { message, code };
    this.#gone.abort();
  }
}
