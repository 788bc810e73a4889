/**
 * One page that is watched: its parts as they were last sent, and who gets those that change.
 *
 * Each part has the number of the change that made it as it is, so that a browser that was away gets what it missed and
 * nothing else. What is made once is sent to all.
 *
 * @module
 */
import type { FeedEvent } from "../../core/server/server.ts";
import { withoutAges } from "./parts.ts";

export type Send = (event: FeedEvent) => void;

interface KnownPart {
  readonly html: string;
  /** What of it must change before it is sent again: all but its ages. */
  readonly essence: string;
  readonly change: number;
}

/** What a page is made of: its parts by name, and what its pictures are drawn from. */
export interface PageContent {
  readonly parts: readonly (readonly [id: string, html: string])[];
  readonly charts: string;
}

/** Characters of what was missed. A feed that a browser does not read is ended at a megabyte. */
const MOST_MISSED = 300_000;

/** Names the pictures among the parts. */
const CHARTS = "charts";

export class LivePage {
  readonly #run: string;
  readonly #parts = new Map<string, KnownPart>();
  readonly #readers = new Set<Send>();
  #change = 0;

  /** @param run changes with every start of the program: places of another run are of no use */
  constructor(run: string) {
    this.#run = run;
  }

  /** Where a browser is that has everything. */
  get place(): string {
    return `${this.#run}-${this.#change}`;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Takes the page as it is now, and sends what changed to all who read it. */
  set(content: PageContent): void {
    const changed = this.#changed(content);
    if (changed.length === 0) return;
    this.#change++;
    for (const [id, html, essence] of changed) this.#parts.set(id, { html, essence, change: this.#change });
    this.#sendAll(this.#event(changed));
  }

  /** Sends a sign of life, or of trouble, or that the page itself is another. */
  tell(event: "beat" | "trouble" | "reload", data: string): void {
    this.#sendAll({ id: this.place, event, data });
  }

  /** Sends what a browser lacks, and then what changes. @returns ends it */
  read(since: string | undefined, send: Send): () => void {
    const seen = this.#changeOf(since);
    const missed = [...this.#parts].filter(([, { change }]) => change > seen);
    const event = this.#event(missed.map(([id, { html }]) => [id, html]));
    // a browser that lacks nearly everything gets it as a page
    if (event.data.length > MOST_MISSED) send({ ...event, event: "reload", data: "" });
    else if (missed.length > 0) send(event);
    this.#readers.add(send);
    return () => this.#readers.delete(send);
  }

  #changed({ parts, charts }: PageContent): [id: string, html: string, essence: string][] {
    return [...parts, [CHARTS, charts] as const].flatMap(([id, html]) => {
      const essence = withoutAges(html);
      return this.#parts.get(id)?.essence === essence ? [] : [[id, html, essence] as [string, string, string]];
    });
  }

  #event(parts: readonly (readonly [id: string, html: string, ...rest: unknown[]])[]): FeedEvent {
    const data = JSON.stringify(Object.fromEntries(parts.map(([id, html]) => [id, html])));
    return { id: this.place, event: "parts", data };
  }

  #sendAll(event: FeedEvent): void {
    for (const send of this.#readers) send(event);
  }

  #changeOf(since: string | undefined): number {
    const [run, change] = since?.split("-") ?? [];
    const number = Number(change);
    return run === this.#run && Number.isSafeInteger(number) ? number : -1;
  }
}
