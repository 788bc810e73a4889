/**
 * The entries of one catalogue: read one by one, so that a bad one does not cost the others.
 *
 * How many were left out is logged in one line at the end. A catalogue of which no entry could be read is an error: it is
 * of a form we do not know, and must not pass for an empty one.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Asset } from "../words/asset.ts";
import type { Catalog, CatalogContext } from "./catalog.ts";

export class Entries {
  private readonly name: string;
  private understood = 0;
  private leftOut = 0;
  private first = "";

  /** @param name the catalogue, for messages */
  constructor(name: string) {
    this.name = name;
  }

  /** What is read of one entry; undefined when its shape is wrong. Other errors pass. */
  read<T>(place: string, read: () => T): T | undefined {
    return this.enter(place, () => {
      const value = read();
      this.understood += 1;
      return value;
    });
  }

  /** As `read`, for what only holds entries: that it could be opened does not count as one understood. */
  enter<T>(place: string, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof LarderError) || error.code !== "SHAPE_WRONG") throw error;
      this.skip(place, error.message);
      return undefined;
    }
  }

  /** Counts an entry that is left out for a reason of its own. */
  skip(place: string, why: string): void {
    this.leftOut += 1;
    if (this.leftOut === 1) this.first = place === "" ? why : `${place}: ${why}`;
  }

  /**
   * Logs what was left out, once.
   * @throws LarderError `CATALOG_BROKEN` when that was all there is
   */
  finish(log: Log): void {
    if (this.leftOut === 0) return;
    if (this.understood === 0) {
      const all = this.leftOut === 1 ? "its one entry cannot" : `not one of its ${this.leftOut} entries can`;
      throw new LarderError(`Cannot read catalogue "${this.name}": ${all} be read (${this.first})`, {
        code: "CATALOG_BROKEN",
        next: "it may be of a newer or an older form: name another address for it",
      });
    }
    log.warn("entries of a catalogue cannot be read; left out", {
      catalog: this.name,
      entries: this.leftOut,
      first: this.first,
    });
  }
}

/** A catalogue that reads entries: they are counted, and logged at the end of the list. */
export function catalogOf(
  name: string,
  list: (context: CatalogContext, entries: Entries) => AsyncIterable<Asset>,
): Catalog {
  return {
    name,
    async *list(context) {
      const entries = new Entries(name);
      yield* list(context, entries);
      entries.finish(context.log);
    },
  };
}
