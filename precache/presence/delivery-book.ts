/**
 * What was delivered completely, by which cache, when; and which caches report what they hold. In memory.
 *
 * @module
 */
import type { Cursors } from "../../core/journal/journal.ts";

/** One whole delivery. */
export interface Delivery {
  /** Name of the target. */
  readonly target: string;
  /** Address of the asset, as the catalogue writes it. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** What is known of earlier runs. */
export interface Deliveries {
  find(target: string, url: string): Delivery | undefined;
  /** Whether a target is known to report what it holds, so that its silence means "nothing". */
  tells(target: string): boolean;
  /** It does. Resolves when that is safely written down. */
  noteTells(target: string): Promise<void>;
}

/** Name of the cursor that holds the names of caches that report what they hold. */
export const TELLING = "telling";

/** The last delivery of every address by every target, in memory. */
export class DeliveryBook {
  readonly #byTarget = new Map<string, Map<string, Delivery>>();
  readonly #telling = new Set<string>();

  find(target: string, url: string): Delivery | undefined {
    return this.#byTarget.get(target)?.get(url);
  }

  /** A later delivery takes the place of an earlier one. */
  add(delivery: Delivery): void {
    const own = this.#byTarget.get(delivery.target) ?? new Map<string, Delivery>();
    this.#byTarget.set(delivery.target, own);
    const known = own.get(delivery.url);
    if (known === undefined || known.atMs <= delivery.atMs) own.set(delivery.url, delivery);
  }

  tells(target: string): boolean {
    return this.#telling.has(target);
  }

  /** @returns whether that is news. */
  addTelling(target: string): boolean {
    const known = this.#telling.has(target);
    this.#telling.add(target);
    return !known;
  }

  /** What goes into the commit marks. */
  get cursors(): Cursors {
    return { [TELLING]: [...this.#telling].sort() };
  }

  get size(): number {
    return [...this.#byTarget.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** For those who only look: nothing is written down. */
  asDeliveries(): Deliveries {
    return {
      find: (target, url) => this.find(target, url),
      tells: (target) => this.tells(target),
      noteTells: async (target) => {
        this.addTelling(target);
      },
    };
  }
}
