/**
 * A whole metrics database as lines, by the very sources that collect it, for a reader that keeps no journal.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { linesOf } from "../../core/history/history.ts";
import type { Span } from "../../core/journal/journal.ts";
import type { Log } from "../../core/log.ts";
import { openReadOnly } from "../../core/sqlite/sqlite.ts";
import { lineTags } from "../line-tags.ts";
import { metricsDb, metricsSqlite } from "./metrics/metrics.ts";
import type { Source } from "./source.ts";

/** Apple keeps 30 days: 60 MB of lines. */
const MOST_BYTES = 1_000_000_000;

export interface DatabaseLinesOptions {
  /** The admin's tags and the name that go on every line. */
  readonly tags: Readonly<Record<string, string>>;
  readonly server: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** What a database says, as a collector would write it. */
export interface DatabaseLines {
  /** Whole lines. */
  readonly pieces: readonly Uint8Array[];
  /** From its oldest line to its newest that is not in the future; undefined without such lines. */
  readonly span: Span | undefined;
}

/**
 * Reads Metrics.sqlite or Metrics.db, which it recognises by its tables. Nothing is written beside it or into it.
 * @throws LarderError `SOURCE_SCHEMA` for a database without either's table; `DB_…` for a file that cannot be read.
 */
export async function readDatabase(
  path: string,
  { tags, server, log, nowMs }: DatabaseLinesOptions,
): Promise<DatabaseLines> {
  const source = await sourceOf(path);
  const pieces: Uint8Array[] = [];
  const rejected: string[] = [];
  let size = 0;
  let span: Span | undefined;
  const batches = source.readAfter(undefined, {
    tagText: lineTags({ tags, server }),
    log,
    nowMs,
    signal: new AbortController().signal,
    reject: (_what, reason) => rejected.push(reason),
    alreadyTaken: async function* (measurements) {
      yield* linesOf(pieces, measurements);
    },
  });
  for await (const { lines, span: own, newestMs } of batches) {
    // the bytes of a batch are used again for a later one
    pieces.push(Buffer.from(lines));
    size += lines.length;
    if (size > MOST_BYTES) throw tooLarge(path);
    if (own !== undefined && newestMs !== undefined) span = joined(span, { fromMs: own.fromMs, toMs: newestMs });
  }
  if (rejected.length > 0) {
    log.warn("rows that could not be read are left out", { path, rows: rejected.length, reason: rejected[0] });
  }
  return { pieces, span };
}

async function sourceOf(path: string): Promise<Source> {
  const db = await openReadOnly(path);
  try {
    if (db.columns("ZMETRIC").length > 0) return metricsDb({ path });
    if (db.columns("statsData").length > 0) return metricsSqlite({ path });
  } finally {
    db.close();
  }
  throw new LarderError(`Cannot read "${path}": it has neither ZMETRIC nor statsData, the tables of Apple's figures`, {
    code: "SOURCE_SCHEMA",
    state: "nothing was read",
    next: "name a Metrics.db or a Metrics.sqlite of a content cache",
  });
}

function joined(all: Span | undefined, { fromMs, toMs }: Span): Span {
  return all === undefined
    ? { fromMs, toMs }
    : { fromMs: Math.min(all.fromMs, fromMs), toMs: Math.max(all.toMs, toMs) };
}

function tooLarge(path: string): LarderError {
  return new LarderError(`Cannot read "${path}" in one go: it holds more than ${MOST_BYTES / 1e9} GB of lines`, {
    code: "DB_TOO_LARGE",
    state: "nothing was changed",
    next: "collect it with larder collect --once, and report from the journal",
  });
}
