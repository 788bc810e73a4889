/**
 * The figures that benchmarks measure, handed to `npm run bench` for its table.
 *
 * @module
 */
import { appendFileSync } from "node:fs";
import { median, spread } from "./measure.ts";

/** A figure of one benchmark. */
export interface Figure {
  /** What was measured, in a few words. */
  readonly what: string;
  readonly unit: string;
  /** One value of each round. */
  readonly larder: readonly number[];
  /** What does the same work, measured in the same rounds. */
  readonly peer?: { readonly name: string; readonly values: readonly number[] };
  /** What is promised, as people read it: "0.5 s", "1.1 x". */
  readonly goal?: string;
}

/** Hands a figure over where `npm run bench` waits for it; does nothing when a benchmark runs alone. */
export function figure(measured: Figure): void {
  const path = process.env["LARDER_FIGURES"];
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(measured)}\n`);
}

/** Figures as benchmarks handed them over. */
export function readFigures(text: string): Figure[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Figure);
}

/** Ratios of larder to its peer: round by round where both have as many, else of the medians. */
function ratios({ larder, peer }: Figure): number[] {
  if (peer === undefined) return [];
  if (peer.values.length !== larder.length) return [median(larder) / median(peer.values)];
  return larder.map((value, i) => value / (peer.values[i] ?? Number.NaN));
}

/** Columns of the table. */
export const FIGURE_COLUMNS: readonly string[] = ["What", "larder", "Peer", "Ratio", "Goal"];

/** A row of the table; values are least / median / most. */
export function figureRow(measured: Figure): string[] {
  const { what, unit, larder, peer, goal } = measured;
  const digits = Math.max(...larder) < 10 ? 2 : Math.max(...larder) < 100 ? 1 : 0;
  const values = (numbers: readonly number[]): string =>
    numbers.length === 1 ? (numbers[0] ?? Number.NaN).toFixed(digits) : spread(numbers, digits);
  const ratio = ratios(measured);
  return [
    what,
    `${values(larder)} ${unit}`,
    peer === undefined ? "" : `${peer.name}: ${values(peer.values)}`,
    ratio.length === 1 ? (ratio[0] ?? Number.NaN).toFixed(2) : ratio.length === 0 ? "" : spread(ratio),
    goal ?? "",
  ];
}
