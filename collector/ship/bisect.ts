/**
 * Which lines of a refused piece are bad: halve until each is alone. Good lines are taken on the way.
 *
 * A line is rejected only on evidence: the server took another one in the same search, or the probe, a line that any
 * healthy server takes. From a server that refuses everything alike nothing is learned about lines: a wrong path, a
 * gateway, a limit that is reached. The same goes for one that blames itself (500).
 *
 * @module
 */

/** What a server made of some lines. */
export type BisectOutcome =
  | {
      readonly outcome: "taken";
      /** Lines among them that are older than the server keeps: settled, and not stored. */
      readonly expiredLines: number;
    }
  | {
      /** `refused`: at least one of them will never be taken. `suspect`: the server blames itself, and may mean a line. */
      readonly outcome: "refused" | "suspect" | "too large";
      readonly reason: string;
      /** Lines the server says it refused, where it counts them; the others it took. */
      readonly refusedLines?: number | undefined;
    };

type Refusal = Exclude<BisectOutcome, { readonly outcome: "taken" }>;

/** A line that will never be taken, and why. */
export interface RejectedLine {
  /** With its newline. */
  readonly line: Uint8Array;
  readonly reason: string;
  /** Its place in the piece, from 0. */
  readonly index: number;
}

/** How far it has come: kept outside, so that it holds when a question throws. */
export interface BisectProgress {
  readonly rejected: RejectedLine[];
  /** Lines from the beginning of the piece whose fate is known. */
  settledLines: number;
  /** Of these, lines older than the server keeps. */
  expiredLines: number;
}

/** Nothing settled yet. */
export function noProgress(): BisectProgress {
  return { rejected: [], settledLines: 0, expiredLines: 0 };
}

const NEWLINE = 0x0a;
/** Lines in a row that are refused before the server is asked whether it takes any at all. */
const PROBE_AFTER = 32;

/** Ways to ask the server about lines; what they throw ends the search. */
export interface Questions {
  /** Once. */
  ask(lines: Uint8Array): Promise<BisectOutcome>;
  /** With patience: a server may have been ill for a moment. */
  askPatiently(lines: Uint8Array): Promise<BisectOutcome>;
  /** Whether the server takes a line that any healthy one takes. */
  probe(): Promise<boolean>;
}

/** Lines whose fate is known once the server has taken another. */
interface BadLine {
  readonly lines: Uint8Array;
  readonly index: number;
  readonly refusal: Refusal;
}

interface Search {
  readonly questions: Questions;
  readonly progress: BisectProgress;
  /** Refused since the server last took something, in their order: rejected only when it takes something again. */
  badLines: BadLine[];
}

/**
 * Finds the bad lines of a piece. True when every line has been taken or is in `progress.rejected`; false when the
 * server refuses everything alike.
 * @param first what the server made of the whole piece
 */
export async function bisect(
  piece: Uint8Array,
  first: BisectOutcome,
  { questions, progress }: Pick<Search, "questions" | "progress">,
): Promise<boolean> {
  const search: Search = { questions, progress, badLines: [] };
  // what is too large may be the piece alone
  const unsure = first.outcome !== "taken" && first.outcome !== "too large" && !tookOthers(first, countLines(piece));
  if (unsure && !(await questions.probe())) return false;
  return (await settle(search, piece, first, 0)) && (await confirmByProbe(search));
}

/** Settles some lines whose outcome is known; `index` is that of the first. False when it is hopeless. */
async function settle(search: Search, lines: Uint8Array, outcome: BisectOutcome, index: number): Promise<boolean> {
  const count = countLines(lines);
  if (outcome.outcome === "taken") {
    search.progress.expiredLines += outcome.expiredLines;
    await confirm(search);
    search.progress.settledLines = index + count;
    return true;
  }
  const middle = outcome.refusedLines === count ? undefined : cutInHalf(lines);
  if (middle === undefined) {
    search.badLines.push({ lines, index, refusal: outcome });
    // one line that is too large is enough to doubt
    const enough = outcome.outcome === "too large" ? 1 : PROBE_AFTER;
    return search.badLines.length < enough || (await confirmByProbe(search));
  }
  if (tookOthers(outcome, count)) await confirm(search);
  let from = index;
  for (const half of [lines.subarray(0, middle), lines.subarray(middle)]) {
    if (!(await settle(search, half, await search.questions.ask(half), from))) return false;
    from += countLines(half);
  }
  return true;
}

/** The server has taken others meanwhile: what it refused is bad. */
async function confirm(search: Search): Promise<void> {
  for (let found = search.badLines.shift(); found !== undefined; found = search.badLines.shift()) {
    const { lines, index, refusal } = found;
    if (refusal.outcome !== "suspect" || (await search.questions.askPatiently(lines)).outcome !== "taken") {
      reject(search.progress, found);
    }
    search.progress.settledLines = index + countLines(lines);
  }
}

async function confirmByProbe(search: Search): Promise<boolean> {
  if (search.badLines.length === 0) return true;
  if (!(await search.questions.probe())) return false;
  await confirm(search);
  return true;
}

function reject({ rejected }: BisectProgress, { lines, index, refusal }: BadLine): void {
  let from = 0;
  for (let i = index; from < lines.length; i++) {
    const end = lines.indexOf(NEWLINE, from) + 1;
    rejected.push({ line: lines.subarray(from, end), reason: refusal.reason, index: i });
    from = end;
  }
}

/** Whether the refusal itself says that other lines of the same request were taken. */
function tookOthers({ refusedLines }: Refusal, count: number): boolean {
  return (refusedLines ?? count) < count;
}

/** The newline-ended place nearest after the middle, or before it; undefined for a single line. */
function cutInHalf(lines: Uint8Array): number | undefined {
  const after = lines.indexOf(NEWLINE, Math.floor(lines.length / 2)) + 1;
  if (after < lines.length) return after;
  const before = lines.subarray(0, Math.floor(lines.length / 2)).lastIndexOf(NEWLINE) + 1;
  return before > 0 ? before : undefined;
}

/** Lines that end in a newline. */
function countLines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
