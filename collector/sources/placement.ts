/**
 * Which millisecond a row gets, so that equal times never collapse.
 *
 * Each row takes the first millisecond from its own time on that no earlier row of its key (a metric's name, or one key
 * for whole rows) has taken: the k-th batch of a second stands at + k ms. Because rows are placed in the order of the
 * source, reading it again gives the same.
 *
 * @module
 */

/** Says where rows go. Rows must be offered in the order of the source. */
export interface Placement {
  /** Whether rows of this time can be placed without knowing more of the past. */
  knows(baseMs: number): boolean;
  /**
   * The millisecond of a row, or undefined when it is recognised as one already taken.
   * @param value what the row says, to recognise it; not needed where nothing is to be recognised.
   */
  place(baseMs: number, key: string, value?: string): number | undefined;
}

/** For rows whose times go forward, as nearly all do: needs no memory but the newest place of each key. */
export class ForwardPlacement implements Placement {
  readonly #last = new Map<string, { slotMs: number }>();
  #newestMs: number;

  /** @param newestMs rows before this time are not known; those at it must be replayed by `place` first. */
  constructor(newestMs: number) {
    this.#newestMs = newestMs;
  }

  knows(baseMs: number): boolean {
    return baseMs >= this.#newestMs;
  }

  place(baseMs: number, key: string): number {
    if (baseMs > this.#newestMs) this.#newestMs = baseMs;
    const last = this.#last.get(key);
    if (last === undefined) {
      this.#last.set(key, { slotMs: baseMs });
      return baseMs;
    }
    last.slotMs = baseMs > last.slotMs ? baseMs : last.slotMs + 1;
    return last.slotMs;
  }
}

/** For rows whose times step back, or that may have been taken under another numbering: remembers every place. */
export class RememberingPlacement implements Placement {
  readonly #used = new Map<string, Set<number>>();
  readonly #taken = new Map<string, Map<number, string>>();

  knows(): boolean {
    return true;
  }

  /** Notes a place that is taken. */
  use(slotMs: number, key: string): void {
    this.#slots(key).add(slotMs);
  }

  /** Notes a row the journal holds already: its like will be recognised once. */
  useTaken(slotMs: number, key: string, value: string): void {
    this.use(slotMs, key);
    let taken = this.#taken.get(key);
    if (taken === undefined) {
      taken = new Map();
      this.#taken.set(key, taken);
    }
    taken.set(slotMs, value);
  }

  place(baseMs: number, key: string, value?: string): number | undefined {
    const used = this.#slots(key);
    const taken = this.#taken.get(key);
    let slotMs = baseMs;
    while (used.has(slotMs)) {
      if (taken !== undefined && value !== undefined && taken.get(slotMs) === value) {
        taken.delete(slotMs);
        return undefined;
      }
      slotMs++;
    }
    used.add(slotMs);
    return slotMs;
  }

  #slots(key: string): Set<number> {
    let slots = this.#used.get(key);
    if (slots === undefined) {
      slots = new Set();
      this.#used.set(key, slots);
    }
    return slots;
  }
}
