/**
 * An InfluxDB that is read back: what is in it, and the rows of a span of time. By InfluxQL on `/query`, chunked: 1.x,
 * and later ones that understand it (2.x maps a bucket to a database of its name).
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { LarderError } from "../../core/errors.ts";
import { httpStream } from "../../core/http/http.ts";
import type { Span } from "../../core/journal/journal.ts";
import { tagText } from "../../core/line/line.ts";
import { influxName, influxText } from "../../core/query/query.ts";
import { isTransientStatus, type Patience, retryAfterMs, retryDelayMs } from "../../core/retry.ts";
import { excerpt } from "../../core/revealed.ts";
import { AnswerFault, refused, type SeriesPart, seriesOf, unusable } from "./influx-answer.ts";
import type { FieldKey, SourceTable } from "./source-tables.ts";

/** Which database, and how to reach it. */
export interface InfluxSource {
  /** The address of `/query`. */
  readonly queryUrl: string;
  readonly database: string;
  /** Without it, the database's default. */
  readonly retentionPolicy: string | undefined;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly caFile: string | undefined;
  /** Only series with these tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** A series of the source and when it begins and ends. */
export interface SourceSeries {
  readonly tags: Readonly<Record<string, string>>;
  readonly measurements: ReadonlySet<string>;
  readonly span: Span;
}

/** How the reader waits; a test does not. */
export interface ReaderPace {
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Longest time for one answer. */
  readonly timeoutMs?: number;
  /** More rows of one span are not held in memory. */
  readonly mostRows?: number;
  /** How often it is asked before it counts as unavailable. */
  readonly tries?: number;
}

const CHUNK_ROWS = 5000;
const TIMEOUT_MS = 120_000;
const MOST_ROWS = 100_000;
const MOST_SERIES = 50_000;
const MOST_FIELD_KEYS = 50_000;
const TRIES = 6;
const PATIENCE: Patience = { firstMs: 1000, longestMs: 30_000, longestAskedMs: 120_000 };

/** Asks one database. */
export class InfluxReader {
  readonly #source: InfluxSource;
  readonly #signal: AbortSignal;
  readonly #wait: NonNullable<ReaderPace["wait"]>;
  readonly #timeoutMs: number;
  readonly #mostRows: number;
  readonly #tries: number;

  constructor(source: InfluxSource, signal: AbortSignal, pace: ReaderPace = {}) {
    this.#source = source;
    this.#signal = signal;
    this.#wait = pace.wait ?? (async (ms, by) => await sleep(ms, undefined, { signal: by }));
    this.#timeoutMs = pace.timeoutMs ?? TIMEOUT_MS;
    this.#mostRows = pace.mostRows ?? MOST_ROWS;
    this.#tries = pace.tries ?? TRIES;
  }

  /** Every field there is. */
  async fieldKeys(): Promise<FieldKey[]> {
    const parts = await this.#ask("SHOW FIELD KEYS", MOST_FIELD_KEYS);
    if (parts === "too many") throw unusable(`the database has more than ${MOST_FIELD_KEYS} fields`);
    return parts.flatMap(({ name, values }) =>
      values.map(([field, type]) => ({ measurement: name, field: String(field), type: String(type) })),
    );
  }

  /** The series of tables, those of several with the same tags as one. @param asked only these times */
  async series(tables: readonly SourceTable[], asked: Span): Promise<SourceSeries[]> {
    const found = new Map<string, { tags: SourceSeries["tags"]; measurements: Set<string>; span: Span }>();
    for (const table of tables) {
      for (const order of ["ASC", "DESC"]) {
        const statement = `${this.#select(table, asked)} GROUP BY * ORDER BY time ${order} LIMIT 1`;
        const parts = await this.#ask(statement, MOST_SERIES);
        if (parts === "too many") throw unusable(`the database has more than ${MOST_SERIES} series`);
        for (const { tags, columns, values } of parts) {
          for (const ms of timesOf(columns, values)) {
            const key = tagText(tags);
            const known = found.get(key);
            const span = known?.span ?? { fromMs: ms, toMs: ms };
            const measurements = known?.measurements ?? new Set<string>();
            measurements.add(table.measurement);
            const joined = { fromMs: Math.min(span.fromMs, ms), toMs: Math.max(span.toMs, ms) };
            found.set(key, { tags, measurements, span: joined });
          }
        }
      }
    }
    return [...found.values()];
  }

  /** The rows of a table in [fromMs, toMs), in parts of series; or that they are too many to be held. */
  async rows(table: SourceTable, span: Span): Promise<readonly SeriesPart[] | "too many"> {
    const parts = await this.#ask(`${this.#select(table, span)} GROUP BY *`, this.#mostRows);
    if (parts === "too many") return parts;
    for (const { columns, values } of parts) {
      for (const ms of timesOf(columns, values)) {
        if (ms < span.fromMs || ms >= span.toMs) throw unusable("it has rows of a time that was not asked for");
      }
    }
    return parts;
  }

  /** Whether the source has a point of these tags at a time, and no further tag. */
  async has(table: SourceTable, tags: SourceSeries["tags"], ms: number): Promise<boolean> {
    const parts = await this.#ask(`${this.#select(table, { fromMs: ms, toMs: ms + 1 })} GROUP BY *`, this.#mostRows);
    return parts !== "too many" && parts.some((part) => tagText(part.tags) === tagText(tags));
  }

  #select({ measurement, columns }: SourceTable, { fromMs, toMs }: Span): string {
    const fields = columns.map(({ field, type, alias }) =>
      alias === field ? influxName(field) : `${influxName(field)}::${type} AS ${influxName(alias)}`,
    );
    const { retentionPolicy, tags } = this.#source;
    const from = [...(retentionPolicy === undefined ? [] : [retentionPolicy]), measurement].map(influxName).join(".");
    const where = [
      `time >= ${fromMs}ms`,
      `time < ${toMs}ms`,
      ...Object.entries(tags).map(([tag, value]) => `${influxName(tag)} = ${influxText(value)}`),
    ];
    return `SELECT ${fields.join(", ")} FROM ${from} WHERE ${where.join(" AND ")}`;
  }

  /** Asks until there is a whole answer. What fails for a while is asked again; what is refused is not. */
  async #ask(statement: string, mostRows: number): Promise<readonly SeriesPart[] | "too many"> {
    for (let failures = 1; ; failures++) {
      const answer = await this.#once(statement, mostRows).catch((error: unknown) => waitFor(error));
      if (!("again" in Object(answer))) return answer as readonly SeriesPart[] | "too many";
      const { again, askedMs } = answer as Again;
      if (failures >= this.#tries) throw again;
      await this.#wait(retryDelayMs(PATIENCE, { failures, random: Math.random(), askedMs }), this.#signal);
    }
  }

  async #once(statement: string, mostRows: number): Promise<readonly SeriesPart[] | "too many" | Again> {
    const { queryUrl, database, authorization, caFile } = this.#source;
    const form = { db: database, epoch: "ms", chunked: "true", chunk_size: String(CHUNK_ROWS), q: statement };
    const answer = await httpStream({
      url: queryUrl,
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        accept: "application/json",
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: new URLSearchParams(form).toString(),
      timeoutMs: this.#timeoutMs,
      signal: this.#signal,
      caFile,
    });
    if (answer.status !== 200) {
      const words = `${answer.status} ${wordsOf(await beginning(answer.body))}`.trimEnd();
      if (!isTransientStatus(answer.status)) {
        const denied = answer.status === 401 || answer.status === 403;
        throw refused(denied ? `${words} (authorization)` : words);
      }
      const askedMs = retryAfterMs(answer.headers["retry-after"], Date.now());
      return { again: later(words), ...(askedMs === undefined ? {} : { askedMs }) };
    }
    const parts: SeriesPart[] = [];
    let rows = 0;
    try {
      for await (const part of seriesOf(answer.body)) {
        rows += Math.max(1, part.values.length);
        if (rows > mostRows) return "too many";
        parts.push(part);
      }
    } finally {
      // the rest of an answer that is left
      if (rows > mostRows) answer.body.destroy();
    }
    return parts;
  }
}

/** A failure that may be over soon. */
interface Again {
  readonly again: LarderError;
  readonly askedMs?: number;
}

function waitFor(error: unknown): Again {
  if (error instanceof LarderError) {
    if (!error.retryable) throw error;
    return { again: error };
  }
  if (error instanceof AnswerFault) return { again: later(error.message) };
  // undici's own: the connection ended within the body
  return { again: later("the connection ended within its answer") };
}

function later(words: string): LarderError {
  return new LarderError(`Cannot import: the server does not answer: ${words}`, {
    code: "IMPORT_UNAVAILABLE",
    state: "what was imported before is in the journal",
    next: "run the same command again when it answers: it goes on where it ended",
    retryable: true,
  });
}

const BEGINNING_BYTES = 4096;

async function beginning(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= BEGINNING_BYTES) break;
    }
  } catch {
    // its status says enough
  }
  return Buffer.concat(chunks).toString("utf8").slice(0, BEGINNING_BYTES);
}

/** `error` of JSON, or the beginning of a text. */
function wordsOf(text: string): string {
  try {
    return excerpt(String((JSON.parse(text) as { error?: unknown }).error ?? text), 300);
  } catch {
    return excerpt(text, 300);
  }
}

function* timesOf(columns: readonly string[], values: SeriesPart["values"]): Generator<number> {
  const at = columns.indexOf("time");
  for (const row of values) {
    const ms = row[at];
    if (typeof ms !== "number" || !Number.isSafeInteger(ms)) throw unusable("a row of it has no time in milliseconds");
    yield ms;
  }
}
