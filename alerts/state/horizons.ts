/**
 * Until when it holds that a cache is well. One of which nothing is new is not judged again: the work of a look grows with
 * what is new.
 *
 * That a cache is well holds until one of its facts is another, its circumstances are, a verdict's own horizon is
 * reached, or one of its signs of life grows old, or comes again after it was.
 *
 * @module
 */
import { levelOf, type Threshold } from "../../core/thresholds.ts";
import type { CacheFacts } from "../facts/facts.ts";
import type { Circumstances, Verdict } from "../rules/rules.ts";

/** What was found of a cache at its last judgement. */
interface Found extends Signs {
  readonly news: number;
  readonly atMs: number;
  /** Its horizon, exclusive. */
  readonly untilMs: number;
}

/** Of each sign of life that is old or from the future its time; of one that is fresh nothing, as a newer one says the same. */
interface Signs {
  readonly heard: number | undefined;
  readonly status: number | undefined;
  readonly pass: number | undefined;
}

export class Horizons {
  readonly #well = new Map<string, Found>();
  #season = "";

  /** Begins a look. @param season what circumstances are made of; in another nothing holds that was found */
  begin(season: string): void {
    if (season !== this.#season) this.#well.clear();
    this.#season = season;
  }

  /** Whether a cache is known to be well, so that it need not be judged. */
  covers(cache: CacheFacts, circumstances: Circumstances): boolean {
    const found = this.#well.get(cache.server);
    if (found === undefined || found.news !== cache.news) return false;
    const { nowMs } = circumstances;
    if (nowMs < found.atMs || nowMs >= found.untilMs) return false;
    const { heard, status, pass } = signsOf(cache, circumstances);
    return heard === found.heard && status === found.status && pass === found.pass;
  }

  /** Keeps that no rule found anything. @param untilMs the earliest horizon of its verdicts */
  keep(cache: CacheFacts, circumstances: Circumstances, untilMs: number): void {
    const { news, server } = cache;
    if (news === undefined) return;
    this.#well.set(server, { news, atMs: circumstances.nowMs, untilMs, ...signsOf(cache, circumstances) });
  }
}

/** The earliest moment from which one of some verdicts may be another, though nothing is new. */
export function horizonOf(verdict: Verdict | readonly Verdict[]): number {
  if (Array.isArray(verdict)) return Math.min(...(verdict as readonly Verdict[]).map(horizonOf));
  const one = verdict as Verdict;
  return one.is === "firing" ? Number.NEGATIVE_INFINITY : (one.untilMs ?? Number.POSITIVE_INFINITY);
}

function signsOf({ heardMs, status, pass }: CacheFacts, { nowMs, limits }: Circumstances): Signs {
  const oldOf = (timeMs: number | undefined, limit: Threshold): number | undefined =>
    timeMs === undefined || levelOf(limit, (nowMs - timeMs) / 1000) === "fine" ? undefined : timeMs;
  const isAhead = heardMs !== undefined && levelOf(limits.clockAheadSeconds, (heardMs - nowMs) / 1000) !== "fine";
  return {
    heard: isAhead ? heardMs : oldOf(heardMs, limits.silentSeconds),
    status: oldOf(status?.timeMs, limits.statusSeconds),
    pass: oldOf(pass?.timeMs, limits.silentSeconds),
  };
}
