/**
 * Tells the end of an asset only when its entry in the ledger is on disk.
 *
 * Entries that are synced together share one promise, so the ends that wait for it are told together. A ledger that
 * cannot be written does not undo a delivery: the end says so and stays what it is.
 *
 * @module
 */
import { errorText } from "../../core/errors.ts";
import type { AssetEnd } from "../warm-events.ts";

export class EndsOnDisk {
  readonly #emit: (end: AssetEnd) => void;
  #batch: { readonly synced: Promise<void>; readonly ends: AssetEnd[] } | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(emit: (end: AssetEnd) => void) {
    this.#emit = emit;
  }

  /** @param synced resolves when the entry is on disk; undefined when there is none to wait for. */
  tell(end: AssetEnd, synced: Promise<void> | undefined): void {
    if (synced === undefined) this.#emit(end);
    else if (this.#batch?.synced === synced) this.#batch.ends.push(end);
    else {
      this.#batch = { synced, ends: [end] };
      this.#last = Promise.all([this.#last, this.#tellAll(this.#batch.ends, synced)]).then(() => undefined);
    }
  }

  /** Resolves when everything has been told. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #tellAll(ends: readonly AssetEnd[], synced: Promise<void>): Promise<void> {
    const trouble = await synced.then(
      () => undefined,
      (error: unknown) => ({ reason: errorText(error), code: "LEDGER_UNWRITABLE" }),
    );
    for (const end of ends) this.#emit(trouble === undefined ? end : { ...end, ...trouble });
  }
}
