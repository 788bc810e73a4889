/**
 * The door of import: years that another pipeline has written to InfluxDB, joined to the journal.
 *
 * Span by span, oldest first: rows ▶ our points ▶ what the journal has not yet ▶ one batch of the stream `imported`, whose
 * mark says how far the import has come. Killed anywhere it goes on there, and whatever is asked again is left out as
 * what was imported before. Memory is that of one span, which becomes shorter where there is much and longer where there
 * is little.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { type Journal, openJournal, type Span } from "../../core/journal/journal.ts";
import { type NameOf, type NamesWanted, namesOf } from "./cache-names.ts";
import { type HeldTimes, IMPORTED, readHeld, readImported } from "./held-times.ts";
import { importMark, resumeAt } from "./import-mark.ts";
import { InfluxReader, type InfluxSource, type ReaderPace, type SourceSeries } from "./influx-reader.ts";
import { type JoinedLines, joinPoints, type TableRows } from "./join-points.ts";
import { isSample, type OverlapQuestion, type SourceSample } from "./sink-overlap.ts";
import { type LeftOutFields, type SourceTable, sourceTables } from "./source-tables.ts";
import { type ServerReport, Tally, takenSpan } from "./tally.ts";

export type { NamesWanted } from "./cache-names.ts";
export { InfluxReader, type InfluxSource, type ReaderPace } from "./influx-reader.ts";
export { checkSinks } from "./sink-overlap.ts";
export type { LeftOutFields } from "./source-tables.ts";
export type { LeftOutReason, PointCount, ServerReport } from "./tally.ts";

export interface ImportOptions {
  readonly stateDir: string;
  readonly source: InfluxSource;
  /** Only these measurements; empty for all with counters. */
  readonly measurements: readonly string[];
  readonly names: NamesWanted;
  /** Only from, inclusive, to, exclusive: Unix milliseconds. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** Days the journal keeps: what is older would be gone after the next pass. */
  readonly keepDays: number;
  /** Reads and counts, writes nothing. */
  readonly dryRun: boolean;
  /** Ends it after the span in hand. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Asked before anything is written, with a point of the source under the tags it has there. */
  readonly beforeWriting?: (question: OverlapQuestion) => Promise<void>;
  readonly onProgress?: (progress: ImportProgress) => void;
  readonly pace?: ReaderPace;
}

/** How far it has come. */
export interface ImportProgress {
  readonly span: Span;
  /** Everything before is done. */
  readonly atMs: number;
  /** Points read in this run. */
  readonly pointsRead: number;
  readonly lines: number;
  /** Where this run began. */
  readonly beganMs: number;
  readonly seconds: number;
}

export interface ImportReport {
  readonly dryRun: boolean;
  /** What was asked for, as far as there is anything; undefined where there is nothing. */
  readonly asked: Span | undefined;
  /** Everything before was done by an earlier run of the same command. */
  readonly resumedMs: number | undefined;
  /** Points read. */
  readonly pointsRead: number;
  /** Points taken, and the lines they are. */
  readonly points: number;
  readonly lines: number;
  /** Times of what is taken. */
  readonly taken: Span | undefined;
  readonly servers: readonly ServerReport[];
  readonly leftOutFields: readonly LeftOutFields[];
  /** There are points of a time before there were content caches: they are left out. */
  readonly older: boolean;
  /** What has to be done before it can be run without --dry-run. */
  readonly problem: LarderError | undefined;
  /** It was ended before all was done. */
  readonly stopped: boolean;
  readonly seconds: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LONGEST_MS = 32 * DAY_MS;
/** There were no content caches before. */
const FIRST_MS = Date.parse("2012-01-01T00:00:00Z");
/** From the first time InfluxDB can hold: points written in another precision than was said lie about 1970. */
const BEFORE_CACHES: Span = { fromMs: -9_223_372_036_854, toMs: FIRST_MS };
/** The key of its place in the marks of the stream. */
const CURSOR = "import";

/**
 * Imports, or says what would be imported.
 * @throws LarderError whose code begins with `IMPORT_`; `LOCKED` when another import runs; `JOURNAL_…`; of the way `HTTP_…`
 */
export async function importInflux(options: ImportOptions): Promise<ImportReport> {
  const began = performance.now();
  const reader = new InfluxReader(options.source, options.signal, options.pace);
  const found = await findSource(reader, options);
  const journal = options.dryRun ? undefined : await openJournal(options.stateDir, IMPORTED, { nowMs: options.nowMs });
  try {
    return await new Import(options, { ...found, reader, journal, began }).run();
  } finally {
    await journal?.close();
  }
}

interface Found {
  readonly tables: readonly SourceTable[];
  readonly leftOut: readonly LeftOutFields[];
  readonly series: readonly SourceSeries[];
  readonly nameOf: NameOf;
  readonly span: Span | undefined;
  readonly older: boolean;
}

async function findSource(reader: InfluxReader, options: ImportOptions): Promise<Found> {
  const { tables, leftOut } = sourceTables(await reader.fieldKeys(), options.measurements);
  if (tables.length === 0) {
    throw new LarderError(`Cannot import from "${options.source.database}": no field in it is a counter of a cache`, {
      code: "IMPORT_EMPTY",
      state: "nothing was changed",
      next: "check --database; the fields looked for are Apple's, such as bytes.fromcache.toclients",
    });
  }
  const nowMs = options.nowMs();
  const toMs = Math.min(options.toMs ?? nowMs, nowMs);
  const series = await reader.series(tables, { fromMs: Math.max(FIRST_MS, options.fromMs ?? FIRST_MS), toMs });
  const older = options.fromMs === undefined && (await reader.series(tables, BEFORE_CACHES)).length > 0;
  const nameOf = namesOf(
    series.map(({ tags }) => tags),
    options.names,
  );
  const all = series.map(({ span }) => span);
  const span = {
    fromMs: Math.min(...all.map((each) => each.fromMs)),
    toMs: Math.max(...all.map((each) => each.toMs)) + 1,
  };
  return { tables, leftOut, series, nameOf, span: all.length > 0 ? span : undefined, older };
}

interface ImportParts extends Found {
  readonly reader: InfluxReader;
  readonly journal: Journal | undefined;
  /** `performance.now()` */
  readonly began: number;
}

class Import {
  readonly #options: ImportOptions;
  readonly #parts: ImportParts;
  readonly #tally = new Tally();
  #pointsRead = 0;

  constructor(options: ImportOptions, parts: ImportParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async run(): Promise<ImportReport> {
    const { span, journal } = this.#parts;
    if (span === undefined) return this.#report({ resumedMs: undefined, stopped: false, problem: undefined });
    const problem = await this.#whyNot(span);
    if (problem !== undefined && journal !== undefined) throw problem;
    const held = await readHeld(this.#options.stateDir, span);
    const resumedMs = resumeAt(journal?.cursors[CURSOR], this.#options, span);
    const stopped = await this.#readAll({ fromMs: resumedMs ?? span.fromMs, toMs: span.toMs }, held);
    return this.#report({ resumedMs, stopped, problem });
  }

  /** Whether everything was read. */
  async #readAll({ fromMs, toMs }: Span, held: HeldTimes): Promise<boolean> {
    const { signal, onProgress, names, nowMs } = this.#options;
    const { nameOf } = this.#parts;
    const joining = { nameOf, held, tally: this.#tally, nowMs: nowMs(), ownServer: names.own.server };
    let lengthMs = DAY_MS;
    for (let at = fromMs; at < toMs; ) {
      if (signal.aborted) return true;
      const span = { fromMs: at, toMs: Math.min(at + lengthMs, toMs) };
      const rows = await this.#read(span);
      if (rows === "too many") {
        if (lengthMs <= MINUTE_MS) throw tooDense(span);
        lengthMs = Math.max(MINUTE_MS, Math.floor(lengthMs / 4));
        continue;
      }
      const lines = joinPoints(rows, { ...joining, before: await readImported(this.#options.stateDir, span) });
      await this.#append(lines, span.toMs);
      this.#pointsRead += lines.pointsRead;
      at = span.toMs;
      if (lines.pointsRead < FEW_POINTS) lengthMs = Math.min(LONGEST_MS, lengthMs * 2);
      onProgress?.({
        span: this.#parts.span ?? span,
        atMs: at,
        pointsRead: this.#pointsRead,
        lines: this.#tally.lines,
        beganMs: fromMs,
        seconds: this.#seconds,
      });
    }
    return false;
  }

  async #read(span: Span): Promise<TableRows[] | "too many"> {
    const all: TableRows[] = [];
    for (const table of this.#parts.tables) {
      const parts = await this.#parts.reader.rows(table, span);
      if (parts === "too many") return parts;
      all.push([table, parts]);
    }
    return all;
  }

  async #append(lines: JoinedLines, nextMs: number): Promise<void> {
    const { journal, span } = this.#parts;
    if (span === undefined) return;
    await journal?.append({
      lines: lines.text.join(""),
      lineCount: lines.text.length,
      span: lines.span,
      cursors: { [CURSOR]: importMark(this.#options, span, nextMs) },
    });
  }

  async #whyNot(span: Span): Promise<LarderError | undefined> {
    const { keepDays, nowMs, beforeWriting, source, signal } = this.#options;
    const days = Math.ceil((nowMs() - span.fromMs) / DAY_MS);
    if (days > keepDays) return tooOld(days, keepDays);
    const sample = this.#sample();
    if (sample === undefined || beforeWriting === undefined) return undefined;
    try {
      await beforeWriting({ source, sample, signal });
      return undefined;
    } catch (error) {
      if (error instanceof LarderError && error.code === "IMPORT_SINK") return error;
      throw error;
    }
  }

  #sample(): SourceSample | undefined {
    const { series, tables, nameOf } = this.#parts;
    for (const { tags, span, measurements } of series) {
      const name = nameOf(tags);
      const table = tables.find(({ measurement }) => measurements.has(measurement));
      if (name === undefined || table === undefined || !isSample(tags, name.tagText)) continue;
      return { table, tags, timeMs: span.toMs };
    }
    return undefined;
  }

  get #seconds(): number {
    return (performance.now() - this.#parts.began) / 1000;
  }

  #report(end: Pick<ImportReport, "resumedMs" | "stopped" | "problem">): ImportReport {
    const servers = this.#tally.report();
    return {
      dryRun: this.#options.dryRun,
      asked: this.#parts.span,
      pointsRead: this.#pointsRead,
      points: this.#tally.points,
      lines: this.#tally.lines,
      taken: takenSpan(servers),
      servers,
      leftOutFields: this.#parts.leftOut,
      older: this.#parts.older,
      ...end,
      seconds: this.#seconds,
    };
  }
}

/** Fewer points of a span let the next one be longer. */
const FEW_POINTS = 20_000;

function tooDense({ fromMs }: Span): LarderError {
  return new LarderError(
    `Cannot import the minute of ${new Date(fromMs).toISOString()}: it has more points than fit into memory`,
    {
      code: "IMPORT_ANSWER",
      state: "what was imported before is in the journal",
      next: "take a part of the caches at a time: --tag site_code=…",
    },
  );
}

function tooOld(days: number, keepDays: number): LarderError {
  return new LarderError(
    `Cannot keep what is imported: it begins ${days} days ago, and the journal keeps ${keepDays} days`,
    {
      code: "IMPORT_KEEP_DAYS",
      state: "nothing was changed",
      next: `set journal.keepDays to ${Math.ceil((days + 60) / 100) * 100} or more and start the daemon again, or import less with --from`,
    },
  );
}
