/**
 * Whether what was sampled over a long time stays flat. The first third of the samples is warming up and is left out; a
 * slope is the median of the slopes between all pairs of samples (Theil and Sen), so that a few that stick out change
 * nothing. Pure.
 *
 * @module
 */

/** A process at one moment. */
export interface ProcessSample {
  readonly pid: number;
  readonly rssMiB: number;
  /** What it holds after a collection of garbage; undefined until it has written it down. */
  readonly heldMiB: number | undefined;
  readonly descriptors: number;
  readonly cpuSeconds: number;
}

export interface Sample {
  readonly atMs: number;
  /** Of the collector, since the start. */
  readonly passes: number;
  /** Of all caches, since the start. */
  readonly rows: number;
  readonly processes: Readonly<Record<string, ProcessSample>>;
  readonly journalBytes: number;
  readonly stateFiles: number;
}

/** One rule applied to one figure. */
export interface Judged {
  readonly what: string;
  readonly figure: number;
  readonly limit: number;
  readonly unit: string;
  readonly holds: boolean;
}

export const LIMITS = {
  /** Growth of what a process holds, projected to a year of days like these. */
  heldMiBPerYear: 32,
  /** The same of its resident memory, which the system gives in pieces. */
  rssMiBPerYear: 64,
  /** Between the fewest and the most: connections come and go. */
  descriptors: 12,
  /** Processor time of a pass that finds nothing new, and of a row: the last third against the one before. */
  cost: 1.5,
  /** Files of the state folder, the last third against the one before. */
  files: 1.2,
} as const;

const YEAR_MS = 365 * 86_400_000;
const LEAST_SAMPLES = 9;

/**
 * @param keepBytes the most the journal may take
 * @throws RangeError for too few samples to say anything
 */
export function judge(samples: readonly Sample[], keepBytes: number): Judged[] {
  if (samples.length < LEAST_SAMPLES) throw new RangeError(`${samples.length} samples say nothing`);
  const third = Math.floor(samples.length / 3);
  const [middle, last] = [samples.slice(third, -third), samples.slice(-third)];
  const settled = [...middle, ...last];
  const most = (of: readonly Sample[], value: (sample: Sample) => number): number => Math.max(...of.map(value));
  return [
    ...Object.keys(samples.at(-1)?.processes ?? {}).flatMap((name) => judgeProcess(name, settled)),
    ...judgeCost(costOf(middle), costOf(last)),
    atMost("journal, at its largest", most(samples, (each) => each.journalBytes) / 1e6, keepBytes / 1e6, "MB"),
    atMost(
      "files of the state folder, later / earlier",
      most(last, (each) => each.stateFiles) / most(middle, (each) => each.stateFiles),
      ...([LIMITS.files, ""] as const),
    ),
  ];
}

function judgeProcess(name: string, samples: readonly Sample[]): Judged[] {
  const own = samples.flatMap(({ atMs, processes: { [name]: process } }) =>
    process === undefined ? [] : { atMs, ...process },
  );
  const held = own.flatMap(({ atMs, heldMiB }) => (heldMiB === undefined ? [] : { x: atMs, y: heldMiB }));
  const resident = own.map(({ atMs, rssMiB }) => ({ x: atMs, y: rssMiB }));
  const open = own.map(({ descriptors }) => descriptors);
  const pids = new Set(own.map(({ pid }) => pid)).size;
  const between = Math.max(...open) - Math.min(...open);
  return [
    atMost(`${name}: held after collection, a year's growth`, slope(held) * YEAR_MS, LIMITS.heldMiBPerYear, "MiB"),
    atMost(`${name}: resident, a year's growth`, slope(resident) * YEAR_MS, LIMITS.rssMiBPerYear, "MiB"),
    atMost(`${name}: descriptors, most - fewest`, between, LIMITS.descriptors, ""),
    atMost(`${name}: processes it was`, pids, 1, ""),
  ];
}

/** Seconds of the collector's processor. */
interface Cost {
  /** Of a pass that finds nothing new. */
  readonly idlePass: number;
  /** Of a row, beside the pass. */
  readonly row: number;
}

function costOf(samples: readonly Sample[]): Cost {
  const [idle, busy] = [
    { seconds: 0, passes: 0, rows: 0 },
    { seconds: 0, passes: 0, rows: 0 },
  ];
  for (const [i, sample] of samples.entries()) {
    const before = samples[i - 1];
    if (before === undefined) continue;
    const sums = sample.rows === before.rows ? idle : busy;
    sums.seconds += cpuOf(sample) - cpuOf(before);
    sums.passes += sample.passes - before.passes;
    sums.rows += sample.rows - before.rows;
  }
  const idlePass = idle.seconds / idle.passes;
  return { idlePass, row: (busy.seconds - busy.passes * idlePass) / busy.rows };
}

function cpuOf({ processes }: Sample): number {
  return processes["collector"]?.cpuSeconds ?? 0;
}

function judgeCost(earlier: Cost, later: Cost): Judged[] {
  const what = "processor time of";
  return [
    atMost(`${what} an idle pass, later / earlier`, later.idlePass / earlier.idlePass, LIMITS.cost, ""),
    atMost(`${what} a row, later / earlier`, later.row / earlier.row, LIMITS.cost, ""),
  ];
}

/** The median of the slopes between all pairs; not a number for fewer than two. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const slopes = points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.y - a.y) / (b.x - a.x)));
  slopes.sort((a, b) => a - b);
  const middle = slopes.length / 2;
  return ((slopes[Math.floor(middle)] ?? Number.NaN) + (slopes[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

/** What is not a number holds nothing. */
function atMost(what: string, figure: number, limit: number, unit: string): Judged {
  return { what, figure, limit, unit, holds: figure <= limit };
}

/** A line for each rule. */
export function judgedText(all: readonly Judged[]): string {
  return all
    .map(({ what, figure, limit, unit, holds }) =>
      `${holds ? "ok  " : "BAD "} ${what.padEnd(62)} ${figure.toFixed(2).padStart(9)} of ${limit} ${unit}`.trimEnd(),
    )
    .join("\n");
}
