/**
 * The journal read back: sums, lasts and ratios per bucket of time and per tag.
 *
 * Works with nothing installed: reports, the live page, alert rules and `larder history` all ask here. Sums are exact
 * whole numbers (bigint beyond 2^53); days are local days of the time zone asked for.
 *
 * @module
 */
import { DERIVED_STREAMS, RAW_STREAMS } from "../journal/journal.ts";
import type { ParsedLine } from "../line/line.ts";
import { measurementEnd } from "../line/line.ts";
import { measurementSchema } from "../schema.ts";
import { type Cut, rollupCut } from "./cut.ts";
import { planSums, type Range, type SumPlan } from "./plan.ts";
import type { RollupMark } from "./rollup-mark.ts";
import { type HistoryQuery, type HistoryRow, Rows, type SumsRow } from "./rows.ts";
import { scanLines, scanPieces, type Wanted } from "./scan.ts";

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
    const answers = queries.map((query) => new Rows(query, "sums"));
    scanPieces(pieces, [...lines, ...answers.map((answer) => rawOf(answer))]);
    return answers.map((answer) => answer.rows());
  });
}

async function answersOf<const Questions extends readonly Question<unknown>[]>(
  questions: Questions,
  read: ReadSums,
): Promise<Answers<Questions>> {
  const sums = questions.flatMap((question) => question.sums ?? []);
  const rows = questions.flatMap((question) => question.rows ?? []).map((query) => new Rows(query, "lasts too"));
  const lines = [...questions.flatMap((question) => question.lines ?? []), ...rows.map((answer) => rawOf(answer))];
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
  const answers = queries.map((query) => new Rows(query, "sums"));
  const raw: Wanted[] = [...lines];
  const unread: Wanted[] = [];
  const rolled: RolledPoints[] = [];
  for (const [i, query] of queries.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    const plan = mark === undefined || !isRolledUp(query) ? undefined : planSums(query, mark.days);
    if (mark === undefined || plan === undefined) {
      raw.push(rawOf(answer));
      continue;
    }
    for (const edge of plan.edges) raw.push(rawOf(answer, edge));
    unread.push(rawOf(answer, plan.rolled));
    rolled.push(new RolledPoints(answer, plan));
    addOpen(answer, plan, mark);
  }
  await scanLines(stateDir, { streams: RAW_STREAMS, wanted: raw, until });
  await scanLines(stateDir, { streams: RAW_STREAMS, wanted: unread, from: mark?.positions, until });
  await scanLines(stateDir, { streams: DERIVED_STREAMS, wanted: rolled, until });
  for (const points of rolled) points.add();
  return answers.map((answer) => answer.rows());
}

/** Whether roll-ups have the measurement, and every tag that is asked for. */
function isRolledUp({ measurement, tags, groupBy }: HistoryQuery): boolean {
  const schema = measurementSchema(measurement);
  if (schema?.rollup !== true) return false;
  return ![...Object.keys(tags ?? {}), ...(groupBy ?? [])].some((tag) => schema.rolledWithout?.includes(tag));
}

function rawOf(answer: Rows, range: Range = answer.query): Wanted {
  const stream = measurementSchema(answer.query.measurement)?.stream;
  return {
    measurement: answer.query.measurement,
    ...(stream === undefined ? {} : { streams: [stream] }),
    fromMs: range.fromMs,
    toMs: range.toMs,
    take: (line) => answer.addLine(line),
  };
}

function addOpen(answer: Rows, { unit, rolled }: SumPlan, { open }: RollupMark): void {
  for (const bucket of open) {
    if (bucket.unit !== unit || bucket.fromMs < rolled.fromMs || bucket.fromMs >= rolled.toMs) continue;
    const nameEnd = measurementEnd(bucket.key);
    if (bucket.key.slice(0, nameEnd) !== answer.query.measurement) continue;
    answer.addSums(bucket.key.slice(nameEnd), bucket.fromMs, bucket.sums);
  }
}

/**
 * The points of roll-ups in a span. Those of a bucket add up; of lines with one series and time only the last counts, as an
 * older version wrote a bucket again where it was corrected.
 */
class RolledPoints implements Wanted {
  readonly measurement: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly #answer: Rows;
  readonly #points = new Map<string, ParsedLine>();

  constructor(answer: Rows, { unit, rolled }: SumPlan) {
    this.measurement = `${answer.query.measurement}_1${unit === "hour" ? "h" : "d"}`;
    this.fromMs = rolled.fromMs;
    this.toMs = rolled.toMs;
    this.#answer = answer;
  }

  take(line: ParsedLine): void {
    this.#points.set(`${line.tagText} ${line.timeMs}`, line);
  }

  add(): void {
    for (const line of this.#points.values()) this.#answer.addLine(line);
  }
}
