/**
 * Numbers ▶ lines: one line for each measurement and time.
 *
 * @module
 */
import { escapeKey, escapeMeasurement, type Integer, integerText } from "../../core/point.ts";
import type { Place } from "../mapping/stats-data.ts";

const FIRST_BYTES = 256 * 1024;
/** Of one UTF-16 unit. */
const MAX_UTF8_BYTES = 3;

/** Where a number goes, its text prepared once. */
export interface PreparedPlace {
  readonly group: number;
  /** `,field=`, escaped. */
  readonly prefix: string;
  /** The whole field with the value 0, which nearly half of all numbers are. */
  readonly zero: string;
}

/** Collects the numbers of one time and writes them as lines when the time changes. */
export class LineGroups {
  readonly #tagText: string;
  readonly #heads: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #fields: string[] = [];
  #timeMs = 0;
  #open = false;
  /** Text is written out group by group: kept as one long string, its pieces would be copied by every collection of garbage. */
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #size = 0;
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
    const prefix = `,${escapeKey(place.field)}=`;
    return { group, prefix, zero: `${prefix}0i` };
  }

  /** Adds a number at a time. */
  add(timeMs: number, place: PreparedPlace, value: Integer): void {
    if (timeMs !== this.#timeMs || !this.#open) {
      this.#flush();
      this.#timeMs = timeMs;
      this.#open = true;
    }
    if (value === 0) this.#fields[place.group] += place.zero;
    else this.#fields[place.group] += place.prefix + (typeof value === "number" ? `${value}i` : integerText(value));
  }

  /** The lines so far; begins anew. Their bytes are overwritten by the next lines. */
  take(): { lines: Uint8Array; lineCount: number; span: { fromMs: number; toMs: number } | undefined } {
    this.#flush();
    const taken = {
      lines: this.#bytes.subarray(0, this.#size),
      lineCount: this.lineCount,
      span: this.lineCount === 0 ? undefined : { fromMs: this.fromMs, toMs: this.toMs },
    };
    this.#size = 0;
    this.lineCount = 0;
    this.fromMs = Infinity;
    this.toMs = -Infinity;
    return taken;
  }

  #flush(): void {
    if (!this.#open) return;
    this.#open = false;
    const end = ` ${this.#timeMs}\n`;
    let text = "";
    for (let group = 0; group < this.#fields.length; group++) {
      const fields = this.#fields[group] ?? "";
      if (fields === "") continue;
      text += this.#heads[group] + fields.slice(1) + end;
      this.lineCount++;
      this.#fields[group] = "";
    }
    this.#write(text);
    if (this.#timeMs < this.fromMs) this.fromMs = this.#timeMs;
    if (this.#timeMs > this.toMs) this.toMs = this.#timeMs;
  }

  #write(text: string): void {
    const needed = this.#size + text.length * MAX_UTF8_BYTES;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#size);
      this.#bytes = larger;
    }
    this.#size += this.#bytes.write(text, this.#size, "utf8");
  }
}
