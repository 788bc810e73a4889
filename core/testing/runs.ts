/**
 * How thoroughly tests look: `npm test` takes a few examples of everything, `LARDER_RUNS=20 npx vitest run FILE` takes
 * twenty times as many, and all of what `npm test` takes only a part of.
 *
 * @module
 */

const TIMES = Number(process.env["LARDER_RUNS"] ?? 1);

/** How many examples a property looks at, by how many it does in `npm test`. */
export function runs(ordinary: number): number {
  return Math.ceil(ordinary * TIMES);
}

/** Whether to try all there is, where `npm test` tries some. */
export const THOROUGH: boolean = TIMES > 1;
