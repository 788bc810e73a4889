/**
 * What the receiver hands over to the collector: counters that the cache on this computer has reported. They wait in the
 * commit mark of the receiver, so that a report that is acknowledged is on the disk with them, until the collector has
 * decided whether they count.
 *
 * @module
 */
import type { Json } from "../../../core/journal/journal.ts";

/** The key of what waits in the commit marks of the receiver. */
export const HANDED_OVER = "handed-over";

/** Counters of one report. */
export interface HandedRow {
  /** Rises by one with each. */
  readonly number: number;
  /** The time of its counters, Unix milliseconds. */
  readonly timeMs: number;
  /** When the report came, by the clock of the receiver. */
  readonly heardMs: number;
  /** Text of its fields in line protocol, by measurement. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface HandedOver {
  /** Number of the next. */
  readonly next: number;
  readonly rows: readonly HandedRow[];
}

export const NOTHING_HANDED: HandedOver = { next: 1, rows: [] };

/** As a cursor of the receiver. */
export function handedJson({ next, rows }: HandedOver): Json {
  return { v: 1, next, rows: rows.map(({ number, timeMs, heardMs, fields }) => [number, timeMs, heardMs, fields]) };
}

/** What waits; nothing where a mark says nothing we understand. */
export function parseHanded(json: Json | undefined): HandedOver {
  const value = json as { v?: unknown; next?: unknown; rows?: unknown } | null | undefined;
  if (typeof value !== "object" || value?.v !== 1 || !isCount(value.next) || !Array.isArray(value.rows))
    return NOTHING_HANDED;
  const rows = value.rows.flatMap((row: unknown): HandedRow[] => {
    if (!Array.isArray(row)) return [];
    const [number, timeMs, heardMs, fields] = row as unknown[];
    if (!isCount(number) || !isCount(timeMs) || !isCount(heardMs) || typeof fields !== "object" || fields === null)
      return [];
    return [{ number, timeMs, heardMs, fields: fields as Record<string, string> }];
  });
  return { next: value.next, rows };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
