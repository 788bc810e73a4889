/**
 * The mark an import leaves beside its lines: how far it has come, and of which import.
 *
 * @module
 */
import type { Json, Span } from "../../core/journal/journal.ts";
import type { NamesWanted } from "./cache-names.ts";
import type { InfluxSource } from "./influx-reader.ts";

/** What makes one import the same as another. */
export interface Imported {
  readonly source: InfluxSource;
  readonly names: NamesWanted;
  readonly measurements: readonly string[];
}

/** The mark once everything before a time is in the journal. */
export function importMark(imported: Imported, span: Span, nextMs: number): Json {
  return { v: 1, what: identityOf(imported), fromMs: span.fromMs, nextMs, done: nextMs >= span.toMs };
}

/** Where an earlier run of the same import was ended; undefined where there was none, or it was done. */
export function resumeAt(mark: Json | undefined, imported: Imported, span: Span): number | undefined {
  if (typeof mark !== "object" || mark === null || Array.isArray(mark)) return undefined;
  const { v, what, fromMs, nextMs, done } = mark as Readonly<Record<string, Json>>;
  if (v !== 1 || what !== identityOf(imported) || done !== false || typeof nextMs !== "number") return undefined;
  if (typeof fromMs !== "number" || fromMs > span.fromMs) return undefined;
  return nextMs > span.fromMs && nextMs < span.toMs ? nextMs : undefined;
}

/** What is imported, from where and under which names: another of it is another import. */
function identityOf({ source, names, measurements }: Imported): string {
  const { queryUrl, database, retentionPolicy = "", tags } = source;
  const { server = "", serverTag = "", own } = names;
  const { origin, pathname } = new URL(queryUrl);
  const where = [`${origin}${pathname}`, database, retentionPolicy, JSON.stringify(tags)];
  return [...where, server, serverTag, own.server, measurements.join(",")].join("|");
}
