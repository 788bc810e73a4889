/**
 * Lines of a measurement, as `larder status` needs them: the newest reading of a gauge, or all events.
 *
 * @module
 */

import type { Wanted } from "../../core/history/scan.ts";
import { forEachField, type LineValue, type ParsedLine, parseTags } from "../../core/line/parse-line.ts";

/** A line, read whole. */
export interface Seen {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, LineValue>;
}

/** Takes the lines of a measurement of one server: all of `events`, of a gauge those of its newest reading. */
export class SeenLines implements Wanted {
  readonly measurement: string;
  readonly fromMs: number;
  readonly toMs: number;
  newestMs: number | undefined;
  readonly #server: string;
  readonly #ours = new Map<string, Readonly<Record<string, string>> | undefined>();
  #lines: { timeMs: number; tags: Readonly<Record<string, string>>; fieldText: string }[] = [];

  constructor(measurement: string, server: string, fromMs: number, toMs: number) {
    this.measurement = measurement;
    this.fromMs = fromMs;
    this.toMs = toMs;
    this.#server = server;
  }

  take({ timeMs, tagText, fieldText }: ParsedLine): void {
    if (!this.#ours.has(tagText)) {
      const parsed = parseTags(tagText);
      this.#ours.set(tagText, parsed["server"] === this.#server ? parsed : undefined);
    }
    const tags = this.#ours.get(tagText);
    if (tags === undefined) return;
    const newer = this.newestMs === undefined || timeMs > this.newestMs;
    // of a gauge only the newest reading counts: nothing older is kept
    if (newer && this.measurement !== "events") this.#lines = [];
    if (newer) this.newestMs = timeMs;
    if (this.measurement === "events" || timeMs === this.newestMs) this.#lines.push({ timeMs, tags, fieldText });
  }

  /** Every line of `events`; of a gauge those of its newest reading. */
  all(): Seen[] {
    return this.#lines.map(({ timeMs, tags, fieldText }) => {
      const fields = new Map<string, LineValue>();
      forEachField(fieldText, (name, value) => fields.set(name, value));
      return { timeMs, tags, fields };
    });
  }
}
