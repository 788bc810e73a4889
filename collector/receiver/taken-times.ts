/**
 * Times that were taken of one cache: the newest by heart, and up to which time only the journal knows.
 *
 * @module
 */

const REMEMBERED = 64;

export class TakenTimes {
  /** Ascending. */
  readonly #times: number[] = [];
  /** Of this time and before, the journal has to be asked. */
  #knownAfter: number;

  /** @param knownAfter nothing later than this was taken */
  constructor(knownAfter: number) {
    this.#knownAfter = knownAfter;
  }

  /** Whether a time was taken; undefined when only the journal can tell. */
  has(timeMs: number): boolean | undefined {
    if (this.#times.includes(timeMs)) return true;
    return timeMs > this.#knownAfter ? false : undefined;
  }

  add(timeMs: number): void {
    if (this.#times.includes(timeMs)) return;
    let at = this.#times.length;
    while (at > 0 && (this.#times[at - 1] ?? 0) > timeMs) at--;
    this.#times.splice(at, 0, timeMs);
    if (this.#times.length > REMEMBERED) this.#knownAfter = Math.max(this.#knownAfter, this.#times.shift() ?? 0);
  }

  /** The newest there is. */
  get newestMs(): number {
    return this.#times.at(-1) ?? this.#knownAfter;
  }
}
