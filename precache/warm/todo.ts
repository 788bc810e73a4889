/**
 * What is still to be done in a lane: the planned assets in their order, and first of all those a dead cache left behind.
 *
 * @module
 */
import type { PlannedAsset } from "../words/asset.ts";
import { Work } from "./attempt.ts";

export class Todo {
  readonly #items: readonly PlannedAsset[];
  #at = 0;
  #left: Work[] = [];

  constructor(items: readonly PlannedAsset[]) {
    this.#items = items;
  }

  next(): Work | undefined {
    const left = this.#left.shift();
    if (left !== undefined) return left;
    const item = this.#items[this.#at++];
    return item === undefined ? undefined : new Work(item);
  }

  /** Begun and not finished: the next cache goes on with them before anything else. */
  giveBack(works: readonly Work[]): void {
    this.#left = [...works, ...this.#left];
  }
}
