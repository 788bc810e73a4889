/**
 * Versions of Apple's systems: compared by their numbers, asked for by their beginning.
 *
 * Behind the numbers may come words: `26.2 beta 3` and `26.1 RC` come before the version they lead to, `26.3.1 (a)` after
 * the one it mends.
 *
 * @module
 */

/** The version without the `9.9.` that full images of iOS carry before it. */
export function plainVersion(version: string): string {
  return version.startsWith("9.9.") ? version.slice("9.9.".length) : version;
}

/** Below zero when `a` is older than `b`: by number, part by part, missing parts zero; then by the words behind them. */
export function compareVersions(a: string, b: string): number {
  const byNumbers = compareNumbers(numbersOf(a), numbersOf(b));
  if (byNumbers !== 0) return byNumbers;
  const [mine, other] = [wordsOf(a), wordsOf(b)];
  return mine.stage - other.stage || mine.number - other.number || compareText(mine.text, other.text);
}

/** True for a beta, a seed or a release candidate, by the words behind its numbers. */
export function isPrerelease(version: string): boolean {
  return wordsOf(version).stage < FINAL;
}

/** The numbers alone, the same for all ways to write them: `26.1` of `9.9.26.1`, of `26.1.0` and of `26.1 RC`. */
export function releaseNumbers(version: string): string {
  return numbersOf(version)
    .join(".")
    .replace(/(?:\.0)+$/, "");
}

/** Whether a version is one that was asked for: `26` takes 26.0 and 26.6.1, `26.6` takes 26.6.1, never 260 or 26.61. */
export function matchesVersion(wanted: string, version: string): boolean {
  const [want, have] = [plainVersion(wanted).split("."), plainVersion(version).split(/[. ]/)];
  return want.every((part, i) => part === (have[i] ?? "0"));
}

function compareNumbers(left: readonly number[], right: readonly number[]): number {
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const FINAL = 2;
const STAGES: readonly [RegExp, number][] = [
  [/\b(?:rc|release candidate|gm|golden master)\b(?:\s*(?:seed\s*)?(\d+))?/i, 1],
  [/\b(?:beta|seed|alpha|preview)\b(?:\s*(\d+))?/i, 0],
];

/** What the words behind the numbers say: stage and number of a prerelease (`RC` is the first), any other text as it is. */
function wordsOf(version: string): { stage: number; number: number; text: string } {
  const text = plainVersion(version.trim())
    .replace(/^[\d.]+/, "")
    .trim();
  if (text === "") return { stage: FINAL, number: 0, text };
  for (const [word, stage] of STAGES) {
    const found = word.exec(text);
    if (found !== null) return { stage, number: Number(found[1] ?? 1), text: "" };
  }
  return { stage: FINAL, number: 0, text };
}

function numbersOf(version: string): number[] {
  return (/^[\d.]+/.exec(plainVersion(version.trim()))?.[0] ?? "").split(".").map(Number);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
