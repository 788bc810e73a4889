/**
 * Many days in a short time: the clock of all programs is moved a few minutes at a step, and what they take is sampled.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { periodStart } from "../../core/history/history.ts";
import type { WorldClock } from "../torture/world-clock.ts";
import { named } from "./real.ts";
import type { SoakWorld } from "./soak-world.ts";
import { differences } from "./truth.ts";
import type { ProcessSample, Sample } from "./verdict.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Minutes of a step while there is something to count, and at other times. */
const BUSY_STEP = 5;
const QUIET_STEP = 15;
const SAMPLE_MS = 6 * HOUR_MS;
/** Real time in which every number is right, once caches are quiet: a pass waits for a processor on a busy machine. */
const CATCH_UP_MS = 300_000;

export interface Quick {
  readonly world: SoakWorld;
  readonly clock: WorldClock;
  readonly endMs: number;
  /** Real time after which it ends all the same. */
  readonly minutes: number;
  /** While there is something to count; quiet times go by three times as fast. */
  readonly speed: number;
  /** Where processes write what they hold. */
  readonly memory: string;
  readonly sampled: (sample: Sample) => void;
  readonly say: (text: string) => void;
}

/** Lets days pass. @returns what was wrong, at the end of a month or at the end */
export async function quickTime(quick: Quick): Promise<string[]> {
  const { world, clock, endMs, speed } = quick;
  const { zone, busyShare } = world.plan;
  const wrong: string[] = [];
  let [worked, sampleDue, month] = [clock.now(), clock.now(), periodStart(clock.now(), "month", zone)];
  const over = new AbortController();
  const watching = watch(world, over.signal);
  const until = performance.now() + quick.minutes * MINUTE_MS;
  while (clock.now() < endMs && performance.now() < until && wrong.length === 0) {
    const busy = busyShare(clock.now()) === 1;
    const turn = sleep((BUSY_STEP * MINUTE_MS) / speed);
    clock.pass((busy ? BUSY_STEP : QUIET_STEP) * MINUTE_MS);
    const now = clock.now();
    for (const cache of [world.local, world.remote]) cache.work(worked, now);
    worked = now;
    await report(world, now);
    if (now >= sampleDue) {
      await look(world);
      quick.sampled(await sample(quick));
      sampleDue += SAMPLE_MS;
      wrong.push(...world.ended());
    }
    const thisMonth = periodStart(now, "month", zone);
    if (thisMonth !== month) {
      month = thisMonth;
      wrong.push(...(await caughtUp(quick)));
      worked = clock.now();
    }
    await turn;
  }
  // the last day is over
  clock.pass(26 * HOUR_MS);
  await report(world, clock.now());
  if (wrong.length === 0) wrong.push(...(await caughtUp(quick)));
  over.abort();
  await watching;
  return wrong;
}

/** The cache here reports its newest row, as its database has them all; the other one each row. */
async function report(world: SoakWorld, nowMs: number): Promise<void> {
  const all = [world.local.report(nowMs), ...world.remote.reports(nowMs)];
  await Promise.all(all.map(async (each) => await world.send(each)));
}

/** Somebody has the page open all the time. */
async function watch({ programs }: SoakWorld, signal: AbortSignal): Promise<void> {
  const url = await programs.page.url();
  const answer = await fetch(`${url}feed?page=&since=`, { signal });
  if (!answer.ok) throw new Error(`the page's feed answers ${answer.status}`);
  const reader = answer.body?.getReader();
  while (reader !== undefined && !signal.aborted) await reader.read().catch(() => undefined);
}

/** Somebody looks at the page, and Prometheus asks. */
async function look({ programs }: SoakWorld): Promise<void> {
  const url = await programs.page.url();
  for (const path of ["", "metrics"]) await (await fetch(`${url}${path}`)).arrayBuffer();
}

/** Waits until every number is right, or long enough. */
async function caughtUp({ world, clock, say }: Quick): Promise<string[]> {
  const until = Date.now() + CATCH_UP_MS;
  for (;;) {
    await sleep(2000);
    const wrong = await differences(world, clock);
    if (wrong.length === 0) say(`${new Date(clock.now()).toISOString().slice(0, 16)}: every number is right`);
    if (wrong.length === 0 || Date.now() > until) return wrong;
  }
}

async function sample({ world, clock, memory }: Quick): Promise<Sample> {
  const processes = [...named(world)].map(([name, figures]): [string, ProcessSample] => {
    const { pid, rssMiB, descriptors, cpuSeconds } = figures;
    return [name, { pid, rssMiB, descriptors, cpuSeconds, heldMiB: heldMiB(join(memory, String(pid))) }];
  });
  const files = await filesOf(world.stateDir);
  const journal = files.filter((path) => path.includes("/journal/"));
  return {
    atMs: clock.now(),
    passes: world.sink.passes,
    rows: world.local.rows + world.remote.rows,
    processes: Object.fromEntries(processes),
    journalBytes: journal.reduce((sum, path) => sum + sizeOf(path), 0),
    stateFiles: files.length,
  };
}

function heldMiB(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8")) / 1024 / 1024;
  } catch {
    return undefined;
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
