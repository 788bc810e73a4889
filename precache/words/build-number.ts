/**
 * Builds as Apple writes them: `23A341`, `23A5260n`.
 *
 * @module
 */

/**
 * Order of two builds: `23A341` before `23B82` before `24A1`; testers' builds before those for everybody, `23A5260n`
 * before `23A341`. Text that is not a build comes first.
 * @returns negative, zero or positive
 */
export function compareBuilds(a: string, b: string): number {
  const [left, right] = [buildParts(a), buildParts(b)];
  return (
    left.train - right.train ||
    order(left.letter, right.letter) ||
    left.released - right.released ||
    left.number - right.number ||
    order(left.tail, right.tail)
  );
}

/** True for builds Apple gives to testers: four figures from 4 or 5 and a small letter, as in `23A5260n`. */
export function isBetaBuild(build: string): boolean {
  return /^\d+[A-Z][45]\d{3}[a-z]$/.test(build);
}

/**
 * Whether one build replaces the other in its version: both are of one train, and of one branch of it. Builds for some
 * models only are numbered beside the others (`24B2083` beside `24B83`), so their order says nothing.
 */
export function isLaterBuild(build: string, than: string): boolean {
  const branch = branchOf(build);
  return branch !== undefined && branch === branchOf(than) && compareBuilds(build, than) > 0;
}

/** The branch of a build, the same for all that follow one another; undefined for text that is not a build. */
export function branchOf(build: string): string | undefined {
  const { train, letter, number, released } = buildParts(build);
  if (train < 0) return undefined;
  return `${train}${letter}${released === 1 ? Math.floor(number / 1000) : 0}`;
}

interface BuildParts {
  readonly train: number;
  readonly letter: string;
  /** 0 for a build for testers, 1 for one for everybody. */
  readonly released: number;
  readonly number: number;
  readonly tail: string;
}

function buildParts(build: string): BuildParts {
  const parts = /^(\d{1,3})([A-Z])(\d{1,9})([a-z]?)$/.exec(build);
  if (parts === null) return { train: -1, letter: "", released: 0, number: 0, tail: build };
  const [, train, letter = "", number, tail = ""] = parts;
  return { train: Number(train), letter, released: isBetaBuild(build) ? 0 : 1, number: Number(number), tail };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
