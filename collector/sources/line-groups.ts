/**
 * Numbers ▶ lines: one line for each measurement and time.
 *
 * @module
 */
import { escapeKey, escapeMeasurement, type Integer, integerText } from "../../core/point.ts";
import type { Place } from "../mapping/stats-data.ts";

/** Where a number goes, its text prepared once. */
export interface PreparedPlace {
  readonly group: number;
  /** `,field=`, escaped. */
  readonly prefix: string;
}

/** Collects the numbers of one time and writes them as lines when the time changes. */
export class LineGroups {
  readonly #tagText: string;
  readonly #heads: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #fields: string[] = [];
  #timeMs = 0;
  #open = false;
  #text = "";
  lineCount = 0;
  fromMs = Infinity;
  toMs = -Infinity;

  /** @param tagText escaped `,key=value` text for every line. */
  constructor(tagText: string) {
    this.#tagText = tagText;
  }

  /** Prepares a place, once for each name. */
  prepare(place: Place): PreparedPlace {
    let group = this.#numbers.get(place.measurement);
    if (group === undefined) {
      group = this.#heads.length;
      this.#numbers.set(place.measurement, group);
      this.#heads.push(`${escapeMeasurement(place.measurement)}${this.#tagText} `);
      this.#fields.push("");
    }
    return { group, prefix: `,${escapeKey(place.field)}=` };
  }

  /** Adds a number at a time. */
  add(timeMs: number, place: PreparedPlace, value: Integer): void {
    if (timeMs !== this.#timeMs || !this.#open) {
      this.#flush();
      this.#timeMs = timeMs;
      this.#open = true;
    }
    const text = typeof value === "number" ? `${value}i` : integerText(value);
    this.#fields[place.group] += place.prefix + text;
  }

  /** The lines so far; begins anew. */
  take(): { lines: string; lineCount: number; span: { fromMs: number; toMs: number } | undefined } {
    this.#flush();
    const taken = {
      lines: this.#text,
      lineCount: this.lineCount,
      span: this.lineCount === 0 ? undefined : { fromMs: this.fromMs, toMs: this.toMs },
    };
    this.#text = "";
    this.lineCount = 0;
    this.fromMs = Infinity;
    this.toMs = -Infinity;
    return taken;
  }

  #flush(): void {
    if (!this.#open) return;
    this.#open = false;
    const end = ` ${this.#timeMs}\n`;
    for (let group = 0; group < this.#fields.length; group++) {
      const fields = this.#fields[group] ?? "";
      if (fields === "") continue;
      this.#text += this.#heads[group] + fields.slice(1) + end;
      this.lineCount++;
      this.#fields[group] = "";
    }
    if (this.#timeMs < this.fromMs) this.fromMs = this.#timeMs;
    if (this.#timeMs > this.toMs) this.toMs = this.#timeMs;
  }
}
