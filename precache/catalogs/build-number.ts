/**
 * Builds as Apple writes them: `23A341`, `23A5260n`.
 *
 * @module
 */

/**
 * Order of two builds: `23A341` before `23B82` before `24A1`. Text that is no build comes first.
 * @returns negative, zero or positive
 */
export function compareBuilds(a: string, b: string): number {
  const [left, right] = [buildParts(a), buildParts(b)];
  return (
    left.train - right.train ||
    order(left.letter, right.letter) ||
    left.number - right.number ||
    order(left.tail, right.tail)
  );
}

/** True for builds Apple gives to testers: four figures from 4 or 5 and a small letter, as in `23A5260n`. */
export function isBetaBuild(build: string): boolean {
  return /^\d+[A-Z][45]\d{3}[a-z]$/.test(build);
}

function buildParts(build: string): { train: number; letter: string; number: number; tail: string } {
  const parts = /^(\d{1,3})([A-Z])(\d{1,9})([a-z]?)$/.exec(build);
  if (parts === null) return { train: -1, letter: "", number: 0, tail: build };
  return { train: Number(parts[1]), letter: parts[2] ?? "", number: Number(parts[3]), tail: parts[4] ?? "" };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
