/**
 * From many transfers to one stream: events are yielded in order. Progress of a transfer that nobody has read yet is
 * replaced by newer progress, so a slow reader costs no memory.
 *
 * It is an iterator written out instead of an async generator, because thousands of events a second pass through it:
 * one promise each, where a generator that hands on another's takes half a dozen.
 *
 * @module
 */
import type { AssetEnd, AssetStart, Progress, WarmEvent } from "./events.ts";

/** What runs behind the stream. It reports its events; `abandoned` is aborted when nobody reads them any more. */
export type EventSource = (tell: (event: WarmEvent) => void, abandoned: AbortSignal) => Promise<void>;

type Told = IteratorResult<WarmEvent, void>;

/** The events of one run, for one reader. The run begins with the first read; who stops reading abandons it. */
export class EventStream implements AsyncIterableIterator<WarmEvent, void> {
  readonly #source: EventSource;
  readonly #abandoned = new AbortController();
  #running: Promise<void> | undefined;
  #told: WarmEvent[] = [];
  #reading: WarmEvent[] = [];
  #at = 0;
  /** The index of a transfer's unread progress among the events. */
  readonly #progress = new Map<string, number>();
  /** Waits for the next event. */
  #reader: ((result: Told | Promise<Told>) => void) | undefined;
  #ended: { error?: unknown } | undefined;

  constructor(source: EventSource) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Told> {
    const value = this.#take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended !== undefined) return this.#atEnd(this.#ended);
    return new Promise((resolve) => {
      this.#reader = resolve;
      this.#running ??= this.#run();
    });
  }

  async return(): Promise<IteratorReturnResult<void>> {
    this.#abandoned.abort();
    await this.#running;
    this.#ended = {};
    [this.#told, this.#reading] = [[], []];
    return { done: true, value: undefined };
  }

  #take(): WarmEvent | undefined {
    if (this.#at === this.#reading.length) {
      if (this.#told.length === 0) return undefined;
      [this.#reading, this.#told, this.#at] = [this.#told, [], 0];
      if (this.#progress.size > 0) this.#progress.clear();
    }
    return this.#reading[this.#at++];
  }

  /** An error is thrown once, after every event before it. */
  async #atEnd(ended: { error?: unknown }): Promise<IteratorReturnResult<void>> {
    this.#ended = {};
    if ("error" in ended) throw ended.error;
    return { done: true, value: undefined };
  }

  async #run(): Promise<void> {
    let ended: { error?: unknown } = {};
    try {
      await this.#source((event) => this.#tell(event), this.#abandoned.signal);
    } catch (error) {
      ended = { error };
    }
    this.#ended = ended;
    this.#reader?.(this.#atEnd(ended));
    this.#reader = undefined;
  }

  #tell(event: WarmEvent): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader({ done: false, value: event });
      return;
    }
    if (event.type === "progress") {
      const key = keyOf(event);
      const unread = this.#progress.get(key);
      if (unread !== undefined) {
        this.#told[unread] = event;
        return;
      }
      this.#progress.set(key, this.#told.length);
    } else if (this.#progress.size > 0 && (event.type === "asset-start" || event.type === "asset-end")) {
      this.#progress.delete(keyOf(event));
    }
    this.#told.push(event);
  }
}

function keyOf(event: Progress | AssetStart | AssetEnd): string {
  return `${event.target.name}\n${event.item.asset.url}`;
}
