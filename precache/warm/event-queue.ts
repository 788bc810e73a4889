/**
 * From many transfers to one stream: what is pushed is yielded in order. Progress of a transfer that nobody has read yet
 * is replaced by newer progress, so a slow reader costs no memory.
 *
 * @module
 */
import type { AssetEnd, AssetStart, Progress, WarmEvent } from "../warm-events.ts";

export class EventQueue {
  #events: WarmEvent[] = [];
  readonly #progress = new Map<string, number>();
  #wake: (() => void) | undefined;
  #ended: { readonly error?: unknown } | undefined;

  push(event: WarmEvent): void {
    if (event.type === "progress") {
      const waiting = this.#progress.get(keyOf(event));
      if (waiting !== undefined) {
        this.#events[waiting] = event;
        return;
      }
      this.#progress.set(keyOf(event), this.#events.length);
    } else if (event.type === "asset-start" || event.type === "asset-end") this.#progress.delete(keyOf(event));
    this.#events.push(event);
    this.#wake?.();
  }

  /** Nothing more comes; with an error, the reader gets it. */
  end(result: { readonly error?: unknown } = {}): void {
    this.#ended ??= result;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<WarmEvent> {
    for (;;) {
      const events = this.#events;
      this.#events = [];
      this.#progress.clear();
      for (const event of events) yield event;
      if (this.#events.length > 0) continue;
      if (this.#ended !== undefined) {
        if ("error" in this.#ended) throw this.#ended.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

function keyOf(event: Progress | AssetStart | AssetEnd): string {
  return `${event.target.name}\n${event.item.asset.url}`;
}
