/**
 * Which lines of a refused piece are bad: halve until they stand alone. Good lines are taken on the way.
 *
 * A server that blames itself (500) may mean a line. Such a line is rejected only if the server took or refused others
 * meanwhile: from a server that says 500 to everything nothing can be learned.
 *
 * @module
 */

/** What a server made of some lines. */
export type Verdict =
  | { readonly outcome: "taken" }
  /** At least one of them will never be taken. */
  | { readonly outcome: "refused"; readonly reason: string }
  /** The server blames itself; it may mean a line. */
  | { readonly outcome: "suspect"; readonly reason: string };

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
}

const NEWLINE = 0x0a;
/** Requests a server may answer with 500 and nothing else before we stop asking. */
const HOPELESS_AFTER = 40;

/** Ways to ask the server about lines; what they throw ends the search. */
export interface Questions {
  /** Once. */
  ask(lines: Uint8Array): Promise<Verdict>;
  /** With patience: a server may have been ill for a moment. */
  askPatiently(lines: Uint8Array): Promise<Verdict>;
}

interface Search {
  readonly questions: Questions;
  readonly progress: BisectProgress;
  readonly suspects: RejectedLine[];
  /** The server has told some lines from others. */
  informed: boolean;
  unanswered: number;
}

/**
 * Finds the bad lines of a piece. True when every line has been taken or stands in `progress.rejected`; false when the
 * server's answers told nothing.
 * @param first what the server made of the whole piece
 */
export async function bisect(
  piece: Uint8Array,
  first: Verdict,
  questions: Questions,
  progress: BisectProgress,
): Promise<boolean> {
  const search: Search = { questions, progress, suspects: [], informed: false, unanswered: 0 };
  if (!(await settle(search, piece, first, 0)) || !(await judgeSuspects(search))) return false;
  progress.rejected.sort((a, b) => a.index - b.index);
  progress.settledLines = countLines(piece);
  return true;
}

/** Settles some lines whose verdict is known; `index` is that of the first. False when it is hopeless. */
async function settle(search: Search, lines: Uint8Array, verdict: Verdict, index: number): Promise<boolean> {
  if (verdict.outcome === "suspect") {
    search.unanswered++;
    if (!search.informed && search.unanswered > HOPELESS_AFTER) return false;
  } else {
    search.informed = true;
  }
  if (verdict.outcome === "taken") return settled(search, countLines(lines));
  const middle = cutInHalf(lines);
  if (middle === undefined) {
    const found = { line: lines, reason: verdict.reason, index };
    if (verdict.outcome === "suspect") search.suspects.push(found);
    else search.progress.rejected.push(found);
    return settled(search, 1);
  }
  let from = index;
  for (const half of [lines.subarray(0, middle), lines.subarray(middle)]) {
    if (!(await settle(search, half, await search.questions.ask(half), from))) return false;
    from += countLines(half);
  }
  return true;
}

/** Behind an open suspicion nothing counts as settled from the beginning on. */
function settled(search: Search, lines: number): true {
  if (search.suspects.length === 0) search.progress.settledLines += lines;
  return true;
}

/** Asks again about every line the server answered 500 to when alone. */
async function judgeSuspects(search: Search): Promise<boolean> {
  if (search.suspects.length > 0 && !search.informed) return false;
  for (const suspect of search.suspects) {
    const verdict = await search.questions.askPatiently(suspect.line);
    if (verdict.outcome !== "taken") search.progress.rejected.push(suspect);
  }
  return true;
}

/** The newline-ended place nearest after the middle, or before it; undefined for a single line. */
function cutInHalf(lines: Uint8Array): number | undefined {
  const after = lines.indexOf(NEWLINE, Math.floor(lines.length / 2)) + 1;
  if (after > 0 && after < lines.length) return after;
  const before = lines.subarray(0, Math.floor(lines.length / 2)).lastIndexOf(NEWLINE) + 1;
  return before > 0 ? before : undefined;
}

function countLines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
