/**
 * Reports what ended only when it is written down.
 *
 * Events that are committed together share one promise, so those that wait for it hear of it together. Books that cannot be
 * written do not undo a delivery: the end says so and stays what it is.
 *
 * @module
 */
import { errorText } from "../../core/errors.ts";
import type { AssetEnd } from "./events.ts";

export class DurableEnds {
  readonly #emit: (end: AssetEnd) => void;
  #batch: { readonly written: Promise<void>; readonly ends: AssetEnd[] } | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(emit: (end: AssetEnd) => void) {
    this.#emit = emit;
  }

  /** @param written resolves when the end is on disk; undefined when there is nothing to wait for. */
  tell(end: AssetEnd, written: Promise<void> | undefined): void {
    if (written === undefined) this.#emit(end);
    else if (this.#batch?.written === written) this.#batch.ends.push(end);
    else {
      this.#batch = { written, ends: [end] };
      this.#last = Promise.all([this.#last, this.#tellAll(this.#batch.ends, written)]).then(() => undefined);
    }
  }

  /** Resolves when everything has been reported. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #tellAll(ends: readonly AssetEnd[], written: Promise<void>): Promise<void> {
    const trouble = await written.then(
      () => undefined,
      (error: unknown) => ({ reason: `it could not be written down: ${errorText(error)}` }),
    );
    for (const end of ends) this.#emit(trouble === undefined ? end : { ...end, ...trouble });
  }
}
