/**
 * An hour as it is: nothing is made faster, and what each process takes of a processor is counted.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { type ProcessFigures, processTree } from "./process-figures.ts";
import type { SoakWorld } from "./soak-world.ts";

/** Caches far away, each of which reports every five minutes. */
const FLEET = 200;
const REPORT_MS = 300_000;
const MINUTE_MS = 60_000;

/** What a process took from one moment to another. */
export interface Share {
  readonly name: string;
  readonly percent: number;
  readonly wakeupsPerSecond: number;
  readonly rssMiB: readonly [first: number, last: number];
  readonly descriptors: readonly [first: number, last: number];
}

/** Lets minutes pass, in which caches work and report, `/metrics` is asked once a minute, and the page once in five. */
export async function realTime(world: SoakWorld, minutes: number): Promise<Share[]> {
  // starting is paid once
  await live(world, 2 * MINUTE_MS);
  const [from, before] = [performance.now(), named(world)];
  await live(world, minutes * MINUTE_MS);
  return shares(before, named(world), (performance.now() - from) / 1000);
}

/** Processes by name. */
export type Named = ReadonlyMap<string, ProcessFigures>;

/** Processes by the program they are of, and those it started by number. */
export function named({ programs }: Pick<SoakWorld, "programs">): Named {
  const found = new Map<string, ProcessFigures>();
  for (const [name, { pid }] of Object.entries(programs)) {
    if (pid === undefined) continue;
    for (const [i, figures] of processTree(pid).entries()) found.set(i === 0 ? name : `${name}, passes`, figures);
  }
  return found;
}

/** What each process took in so many seconds; one that is not the same process any more is left out. */
export function shares(before: Named, after: Named, seconds: number): Share[] {
  return [...after].flatMap(([name, last]) => {
    const first = before.get(name);
    if (first?.pid !== last.pid) return [];
    return {
      name,
      percent: (100 * (last.cpuSeconds - first.cpuSeconds)) / seconds,
      wakeupsPerSecond: (last.wakeups - first.wakeups) / seconds,
      rssMiB: [first.rssMiB, last.rssMiB],
      descriptors: [first.descriptors, last.descriptors],
    };
  });
}

/** The table of an hour. */
export function sharesText(all: readonly Share[]): string {
  const lines = all.map(({ name, percent, wakeupsPerSecond, rssMiB, descriptors }) =>
    [
      name.padEnd(18),
      `${percent.toFixed(2)} % of a processor`.padStart(22),
      `${wakeupsPerSecond.toFixed(1)} wake-ups a second`.padStart(24),
      `${rssMiB.map((each) => each.toFixed(0)).join(" to ")} MiB`.padStart(16),
      `${descriptors.join(" to ")} descriptors`.padStart(22),
    ].join(" "),
  );
  const total = all.reduce((sum, { percent }) => sum + percent, 0);
  return [...lines, `together ${total.toFixed(2)} % of a processor`].join("\n");
}

async function live(world: SoakWorld, ms: number): Promise<void> {
  const until = performance.now() + ms;
  const over = new AbortController();
  const every = async (periodMs: number, task: () => Promise<void>): Promise<void> => {
    for (let due = performance.now(); due < until; due += periodMs) {
      await sleep(Math.max(0, due - performance.now()), undefined, { signal: over.signal });
      await task();
    }
  };
  let [worked, sent] = [Date.now() - MINUTE_MS, 0];
  const ask = async (path: string): Promise<void> => {
    const url = await world.programs.page.url();
    await (await fetch(`${url}${path}`)).arrayBuffer();
  };
  try {
    await Promise.all([
      every(MINUTE_MS, async () => {
        const now = Date.now();
        world.local.work(worked, now);
        world.remote.work(worked, now);
        worked = now;
        await ask("metrics");
      }),
      every(REPORT_MS / 5, async () => await world.send(world.remote.report(Date.now()))),
      every(REPORT_MS / FLEET, async () => await world.send(fleetReport(sent++))),
      every(REPORT_MS, async () => await ask("")),
    ]);
  } finally {
    over.abort();
  }
}

/** The n-th: caches in turn, each with what it counted in the minute before. */
function fleetReport(n: number): Record<string, unknown> {
  const guid = `00000000-0000-4000-8000-${String(n % FLEET).padStart(12, "0")}`;
  const date = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace(".000", "");
  const own = { serverGUID: guid, serialNumber: guid, hostname: `fleet${n % FLEET}.local` };
  return JSON.parse(reportBody({ ...own, reportDate: date, creationDate: date }).toString("utf8"));
}
