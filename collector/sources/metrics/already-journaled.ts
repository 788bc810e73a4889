/**
 * What the journal holds already, in the terms a source recognises its rows by.
 *
 * @module
 */

import type { Span } from "../../../core/journal/journal.ts";
import { forEachField, parseLine } from "../../../core/line/line.ts";
import type { HeldRow } from "./recognise.ts";

/** A row the journal holds. */
export interface Held {
  readonly key: string;
  readonly timeMs: number;
  readonly fields: HeldRow;
}

/** Each number alone: statsData has one row for each. */
export async function* heldNumbers(lines: AsyncIterable<string>, span: Span): AsyncGenerator<Held> {
  for await (const line of lines) {
    const parsed = parseLine(line);
    if (parsed === undefined || parsed.timeMs < span.fromMs || parsed.timeMs > span.toMs) continue;
    const found: Held[] = [];
    forEachField(parsed.fieldText, (key, value) => {
      if (!("integer" in value)) return;
      found.push({ key, timeMs: parsed.timeMs, fields: new Map([[key, String(value.integer)]]) });
    });
    yield* found;
  }
}

/** All numbers of a time together: ZMETRIC has one row for each time. */
export async function* heldRows(lines: AsyncIterable<string>, span: Span): AsyncGenerator<Held> {
  const times = new Map<number, Map<string, string>>();
  for await (const { timeMs, fields } of heldNumbers(lines, span)) {
    const known = times.get(timeMs);
    if (known === undefined) times.set(timeMs, new Map(fields));
    else for (const [field, value] of fields) known.set(field, value);
  }
  for (const [timeMs, fields] of times) yield { key: "", timeMs, fields };
}
