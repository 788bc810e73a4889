/**
 * The books of a warming run: every file that ended becomes a line of the journal, safely on disk before it is reported.
 *
 * Lines that wait for the disk together are committed together, a twentieth of a second at most, so that a run which is
 * killed loses neither its cost nor the knowledge of what came.
 *
 * @module
 */
import type { Cursors } from "../../core/journal/journal.ts";
import { type Point, pointLine } from "../../core/line/line.ts";
import type { Deliveries, Delivery, DeliveryBook } from "../presence/presence.ts";
import type { WarmEvent } from "../warm/warm.ts";
import { RunPoints } from "./run-points.ts";

/** What this file needs of a journal: the stream `precache`, open for writing. */
export interface LineJournal {
  append(batch: {
    readonly lines: string;
    readonly lineCount: number;
    readonly span: { readonly fromMs: number; readonly toMs: number } | undefined;
    readonly cursors?: Cursors;
  }): Promise<void>;
}

/** How long a line may wait for others, so that the disk is synced once for all of them. */
const GATHER_MS = 50;

interface Pending {
  readonly lines: string[];
  span: { fromMs: number; toMs: number } | undefined;
  cursors: Cursors | undefined;
}

/** Writes the events of one run, and knows what came before it. */
export class RunJournal implements Deliveries {
  readonly #journal: LineJournal;
  readonly #points: RunPoints;
  readonly #book: DeliveryBook;
  #pending: Pending = nothing();
  /** The commit that what is pending will be in. */
  #next: Promise<void> | undefined;
  #hurry: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #trouble: { readonly error: unknown } | undefined;

  constructor(journal: LineJournal, tags: Readonly<Record<string, string>>, book: DeliveryBook) {
    this.#journal = journal;
    this.#points = new RunPoints(tags);
    this.#book = book;
  }

  /** Why nothing can be written down any more; undefined while all is well. */
  get trouble(): { readonly error: unknown } | undefined {
    return this.#trouble;
  }

  /**
   * Writes down what an event says. Events that are committed together share one promise.
   * @returns when it is on disk; undefined for an event that is not written down
   * @throws LarderError of the journal, now and for every later event; the lines then do not count
   */
  record(event: WarmEvent): Promise<void> | undefined {
    const points = this.#points.from(event);
    if (points.length === 0) return undefined;
    if (event.type === "asset-end" && event.outcome === "warmed") this.#book.add(deliveryOf(event));
    const committed = this.#add(points);
    if (event.type === "run-start" || event.type === "run-end") this.#hurry?.();
    return committed;
  }

  /** Takes over deliveries an older version wrote elsewhere: the journal has no line of them. */
  async adopt(deliveries: readonly Delivery[], telling: readonly string[]): Promise<void> {
    for (const delivery of deliveries) this.#book.add(delivery);
    for (const target of telling) this.#book.addTelling(target);
    this.#pending.cursors = this.#book.cursors;
    const committed = this.#add(deliveries.map((delivery) => this.#points.adopted(delivery)));
    this.#hurry?.();
    await committed;
  }

  find(target: string, url: string): Delivery | undefined {
    return this.#book.find(target, url);
  }

  tells(target: string): boolean {
    return this.#book.tells(target);
  }

  async noteTells(target: string): Promise<void> {
    if (!this.#book.addTelling(target)) return;
    this.#pending.cursors = this.#book.cursors;
    await this.#add([]);
  }

  /** Commits what is still in hand. */
  async flush(): Promise<void> {
    this.#hurry?.();
    await (this.#next ?? this.#running);
  }

  #add(points: readonly Point[]): Promise<void> {
    for (const point of points) {
      this.#pending.lines.push(pointLine(point));
      const { fromMs, toMs } = this.#pending.span ?? { fromMs: point.timeMs, toMs: point.timeMs };
      this.#pending.span = { fromMs: Math.min(fromMs, point.timeMs), toMs: Math.max(toMs, point.timeMs) };
    }
    this.#next ??= this.#gather();
    return this.#next;
  }

  async #gather(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    await this.#running.catch(() => undefined);
    const { lines, span, cursors } = this.#pending;
    this.#pending = nothing();
    this.#next = undefined;
    this.#running = this.#commit(lines, span, cursors);
    await this.#running;
  }

  async #commit(lines: readonly string[], span: Pending["span"], cursors: Cursors | undefined): Promise<void> {
    if (this.#trouble !== undefined) throw this.#trouble.error;
    if (lines.length === 0 && cursors === undefined) return;
    const text = lines.map((line) => `${line}\n`).join("");
    try {
      const moved = cursors === undefined ? {} : { cursors };
      await this.#journal.append({ lines: text, lineCount: lines.length, span, ...moved });
    } catch (error) {
      this.#trouble = { error };
      throw error;
    }
  }
}

function nothing(): Pending {
  return { lines: [], span: undefined, cursors: undefined };
}

function deliveryOf({ target, item, sizeBytes, atMs }: Extract<WarmEvent, { type: "asset-end" }>): Delivery {
  return { target: target.name, url: item.asset.url, sizeBytes: sizeBytes ?? 0, atMs };
}
