interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export declare function countTests(
  report: string | undefined,
  endedWell: boolean,
): Counts & { skips: string[] };
export declare function sumCounts(all: readonly Counts[]): Counts;
