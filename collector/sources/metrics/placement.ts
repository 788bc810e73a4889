/**
 * Which millisecond a row gets, so that equal times never collapse.
 *
 * Each row takes the first millisecond from its own time on that no earlier row of its key (a metric's name, or one key
 * for whole rows) has taken: the k-th batch of a second gets + k ms. Because rows are placed in the order of the
 * source, reading it again gives the same.
 *
 * @module
 */
import type { Span } from "../../../core/journal/journal.ts";
import { type AlreadyHeld, type HeldRow, isSameRow, recognise, type SaidFields } from "./recognise.ts";
import type { RowValues } from "./row-reading.ts";

/** How far behind its own time a row is looked for. */
export const BESIDE_MS = 1000;

/** Says where rows go. Rows must be offered in the order of the source. */
export interface Placement {
  /** Whether rows of this time can be placed without knowing more of the past. */
  knows(baseMs: number): boolean;
  /** The millisecond of a new row, or where the journal holds this one. */
  place(baseMs: number, key: string, row: RowValues): number | AlreadyHeld;
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
    this.#newestMs = Math.max(this.#newestMs, baseMs);
    const last = this.#last.get(key);
    if (last === undefined) {
      this.#last.set(key, { slotMs: baseMs });
      return baseMs;
    }
    last.slotMs = baseMs > last.slotMs ? baseMs : last.slotMs + 1;
    return last.slotMs;
  }
}

/** What a placement that remembers is made from. */
export interface Remembered {
  /** Times of rows it can place. */
  readonly span: Span;
  /** Rows up to this time may be in the journal already. */
  readonly overlapMs: number;
  /** Rows up to this time may be in the journal with other fields: the columns of the table, or those we read, have changed. */
  readonly changedMs: number;
  /** Rows up to this time may be in the journal as a report of the cache says them: in whole seconds, with fewer fields. */
  readonly reportedMs: number;
  /** What a row says now. */
  readonly says: (row: RowValues) => SaidFields;
}

/** For rows whose times step back, or that may have been taken under another numbering: remembers every place. */
export class RememberingPlacement implements Placement {
  readonly #options: Remembered;
  readonly #used = new Map<string, Set<number>>();
  /** Rows of the journal that no row has been recognised as yet. */
  readonly #held = new Map<string, Map<number, HeldRow>>();

  constructor(options: Remembered) {
    this.#options = options;
  }

  knows(baseMs: number): boolean {
    return baseMs >= this.#options.span.fromMs && baseMs <= this.#options.span.toMs;
  }

  /** Notes a row the journal holds; its like will be recognised once. */
  hold(slotMs: number, key: string, fields: HeldRow): void {
    entryOf(this.#used, key, () => new Set<number>()).add(slotMs);
    if (slotMs > this.#options.overlapMs + BESIDE_MS) return;
    entryOf(this.#held, key, () => new Map<number, HeldRow>()).set(slotMs, fields);
  }

  place(baseMs: number, key: string, row: RowValues): number | AlreadyHeld {
    const used = entryOf(this.#used, key, () => new Set<number>());
    const held = this.#held.get(key);
    if (held !== undefined && baseMs <= this.#options.overlapMs) {
      const found = this.#recognise(baseMs, held, used, row) ?? this.#reported(baseMs, held, row);
      if (found !== undefined) {
        held.delete(found.timeMs);
        return found;
      }
    }
    let slotMs = baseMs;
    while (used.has(slotMs)) slotMs++;
    used.add(slotMs);
    return slotMs;
  }

  #recognise(
    baseMs: number,
    held: ReadonlyMap<number, HeldRow>,
    used: ReadonlySet<number>,
    row: RowValues,
  ): AlreadyHeld | undefined {
    const candidates: AlreadyHeld[] = [];
    for (let timeMs = baseMs; used.has(timeMs); timeMs++) {
      const fields = held.get(timeMs);
      if (fields !== undefined) candidates.push({ timeMs, fields });
    }
    if (candidates.length === 0) return undefined;
    return recognise(this.#options.says(row), candidates, baseMs <= this.#options.changedMs);
  }

  /** What a report beside a time says, where it says the same. */
  #reported(baseMs: number, held: ReadonlyMap<number, HeldRow>, row: RowValues): AlreadyHeld | undefined {
    if (baseMs > this.#options.reportedMs) return undefined;
    const said = this.#options.says(row);
    for (let timeMs = baseMs - BESIDE_MS + 1; timeMs < baseMs + BESIDE_MS; timeMs++) {
      const fields = held.get(timeMs);
      if (fields !== undefined && isSameRow(said, fields)) return { timeMs, fields };
    }
    return undefined;
  }
}

function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  let entry = map.get(key);
  if (entry === undefined) {
    entry = make();
    map.set(key, entry);
  }
  return entry;
}
