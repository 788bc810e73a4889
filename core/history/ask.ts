/**
 * The journal read back: sums, lasts and ratios per bucket of time and per tag.
 *
 * Works with nothing installed: reports, the live page, alert rules and `larder history` all ask here. Sums are exact
 * whole numbers (bigint beyond 2^53); days are local days of the time zone asked for.
 *
 * @module
 */
import { DERIVED_STREAMS, RAW_STREAMS } from "../journal/journal.ts";
import { measurementEnd } from "../line/line.ts";
import { measurementSchema, ROLLUP_SUFFIXES } from "../schema.ts";
import { type Cut, rollupCut } from "./cut.ts";
import { isRolledUp, planSums, type Range, type RolledRange } from "./plan.ts";
import type { OpenSums, RollupMark } from "./rollup-mark.ts";
import { type HistoryQuery, type HistoryRow, Rows, SumRows, type SumsRow } from "./rows.ts";
import { type SumsWanted, scanLines, scanPieces, type Wanted } from "./scan.ts";

export type { HistoryQuery, HistoryRow, SumsRow };

/**
 * What somebody wants to know: what it needs of the journal, and what it makes of that. Made for one `ask`: what takes lines
 * remembers them.
 */
export interface Question<Answer> {
  /** Sums, from roll-ups where they can answer. */
  readonly sums?: readonly HistoryQuery[];
  /** Sums and newest values, from raw lines. */
  readonly rows?: readonly HistoryQuery[];
  /** Raw lines, handed over as they are read. */
  readonly lines?: readonly Wanted[];
  /** @param found the rows of `sums` and of `rows`, in their order; lines were handed over before */
  answer(found: { readonly sums: readonly SumsRow[][]; readonly rows: readonly HistoryRow[][] }): Answer;
}

/** The answers of a list of questions. */
type Answers<Questions extends readonly Question<unknown>[]> = {
  -readonly [I in keyof Questions]: Questions[I] extends Question<infer Answer> ? Answer : never;
};

/** Answers questions, all from one pass over what there is: a journal, lines of a file, a server. */
export type Ask = <const Questions extends readonly Question<unknown>[]>(
  questions: Questions,
) => Promise<Answers<Questions>>;

/**
 * Sums, each query's in its place, and raw lines handed to those who want them.
 * @throws LarderError when what is read cannot be.
 */
export type ReadSums = (queries: readonly HistoryQuery[], lines: readonly Wanted[]) => Promise<SumsRow[][]>;

/** Asks whatever can give sums and lines. */
export function askOf(read: ReadSums): Ask {
  return async (questions) => await answersOf(questions, read);
}

/** Asks a journal. Memory grows with the answers, not with the journal. @param cut as of then; default now */
export function askJournal(stateDir: string, cut?: Cut): Ask {
  return askOf(async (queries, lines) => await readSums(stateDir, queries, lines, cut));
}

/** Answers all questions from one pass over the journal. */
export async function ask<const Questions extends readonly Question<unknown>[]>(
  stateDir: string,
  questions: Questions,
): Promise<Answers<Questions>> {
  return await askJournal(stateDir)(questions);
}

/** Asks lines that are in no journal. @param pieces whole lines */
export function askLines(pieces: Iterable<Uint8Array>): Ask {
  return askOf(async (queries, lines) => {
    const answers = queries.map((query) => new SumRows(query));
    scanPieces(pieces, { wanted: lines, sums: answers.map((rows) => ({ ...rawOf(rows.query), rows })) });
    return answers.map((answer) => answer.rows());
  });
}

async function answersOf<const Questions extends readonly Question<unknown>[]>(
  questions: Questions,
  read: ReadSums,
): Promise<Answers<Questions>> {
  const sums = questions.flatMap((question) => question.sums ?? []);
  const rows = questions.flatMap((question) => question.rows ?? []).map((query) => new Rows(query));
  const lines = [...questions.flatMap((question) => question.lines ?? []), ...rows.map(linesFor)];
  const found = await read(sums, lines);
  let [sumsFrom, rowsFrom] = [0, 0];
  const answers = questions.map((question) => {
    const [sumsTo, rowsTo] = [sumsFrom + (question.sums?.length ?? 0), rowsFrom + (question.rows?.length ?? 0)];
    const own = {
      sums: found.slice(sumsFrom, sumsTo),
      rows: rows.slice(rowsFrom, rowsTo).map((answer) => answer.rows()),
    };
    [sumsFrom, rowsFrom] = [sumsTo, rowsTo];
    return question.answer(own);
  });
  return answers as Answers<Questions>;
}

/** The rows of one measurement: sums and newest values of each bucket and group, from raw lines. */
export async function queryHistory(stateDir: string, query: HistoryQuery): Promise<HistoryRow[]> {
  const [rows] = await ask(stateDir, [{ rows: [query], answer: (found) => found.rows[0] ?? [] }]);
  return rows;
}

/**
 * Sums, ordered by group and time: closed hours and days from roll-ups, what is open and the edges of the span from raw
 * lines. Where roll-ups cannot answer (another time zone, tags they leave out, none there), all of it is read raw.
 */
export async function askSums(stateDir: string, queries: readonly HistoryQuery[]): Promise<SumsRow[][]> {
  return await readSums(stateDir, queries, []);
}

/** @param lines raw lines that are wanted besides, from the same pass */
async function readSums(
  stateDir: string,
  queries: readonly HistoryQuery[],
  lines: readonly Wanted[],
  cut?: Cut,
): Promise<SumsRow[][]> {
  const { mark, places: until } =
    cut ?? (queries.some(isRolledUp) ? await rollupCut(stateDir) : { mark: undefined, places: undefined });
  let rolled = await sumRolled(stateDir, { queries, mark, until, repeats: "once" });
  // of a journal of an older version, in which a bucket that was corrected is there twice
  if (rolled.repeated) rolled = await sumRolled(stateDir, { queries, mark, until, repeats: "last" });
  await scanLines(stateDir, { streams: RAW_STREAMS, wanted: lines, sums: rolled.raw, until });
  return rolled.answers.map((answer) => answer.rows());
}

interface Rolled {
  readonly queries: readonly HistoryQuery[];
  readonly mark: RollupMark | undefined;
  readonly until: Cut["places"] | undefined;
  readonly repeats: "once" | "last";
}

/** Sums as far as roll-ups answer, and what is left to be added from raw lines. */
async function sumRolled(
  stateDir: string,
  { queries, mark, until, repeats }: Rolled,
): Promise<{ answers: SumRows[]; raw: SumsWanted[]; repeated: boolean }> {
  const answers = queries.map((query) => new SumRows(query));
  const raw: SumsWanted[] = [];
  const rolled: SumsWanted[] = [];
  for (const rows of answers) {
    const { query } = rows;
    const plan = mark === undefined || !isRolledUp(query) ? undefined : planSums(query, mark.days);
    if (mark === undefined || plan === undefined) {
      raw.push({ ...rawOf(query), rows });
      continue;
    }
    for (const edge of plan.edges) raw.push({ ...rawOf(query, edge), rows });
    for (const range of plan.rolled) {
      // what roll-ups have not read yet
      raw.push({ ...rawOf(query, range), rows, from: mark.positions });
      rolled.push({ ...pointsOf(rows, range), repeats });
      addOpen(rows, range, mark.open);
    }
  }
  const { repeated } = await scanLines(stateDir, { streams: DERIVED_STREAMS, sums: rolled, until });
  return { answers, raw, repeated };
}

/** Which raw lines answer a query. */
function rawOf({ measurement, ...query }: HistoryQuery, { fromMs, toMs }: Range = query) {
  const stream = measurementSchema(measurement)?.stream;
  return { measurement, ...(stream === undefined ? {} : { streams: [stream] }), fromMs, toMs };
}

function linesFor(rows: Rows): Wanted {
  return { ...rawOf(rows.query), take: (line) => rows.addLine(line) };
}

function addOpen(rows: SumRows, rolled: RolledRange, { lines, others }: OpenSums): void {
  const { measurement } = rows.query;
  scanPieces([lines[rolled.unit]], { sums: [{ measurement, fromMs: rolled.fromMs, toMs: rolled.toMs, rows }] });
  for (const { unit, fromMs, key, sums } of others) {
    if (unit !== rolled.unit || fromMs < rolled.fromMs || fromMs >= rolled.toMs) continue;
    const nameEnd = measurementEnd(key);
    const group = key.slice(0, nameEnd) === measurement ? rows.groupOf(key.slice(nameEnd)) : undefined;
    if (group === undefined) continue;
    const here = rows.sumsAt(group, fromMs);
    for (const [name, { value, isFloat }] of sums) {
      const place = rows.placeOf(name, isFloat);
      if (place >= 0) rows.addTo(here, place, value);
    }
  }
}

/**
 * The points of roll-ups in a span. Those of a bucket add up; of lines with one series and time only the last counts, as an
 * older version wrote a bucket again where it was corrected.
 */
function pointsOf(rows: SumRows, { unit, fromMs, toMs }: RolledRange): SumsWanted {
  const measurement = `${rows.query.measurement}${ROLLUP_SUFFIXES[unit]}`;
  return { rows, measurement, fromMs, toMs };
}
