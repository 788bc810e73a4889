/**
 * kill -9 in the middle of a run, and the next run: `npx tsx bench/warm/kill.ts [rounds]`, 50 by default.
 *
 * The cache does not report what it holds, so only the journal can know. Every round checks that no file which the killed
 * run had reported as warmed is asked for again, that the origin gave each of its bytes once, that the journal knows what it
 * cost, and that in the end all is there.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { queryHistory } from "../../core/history/history.ts";
import { startContentCache } from "../../fixtures/content-cache/index.ts";
import { startOrigin } from "../../fixtures/origin/index.ts";
import { buildRunner, type RunnerResult } from "./job.ts";

const FILES = 40;
export const BYTES = 30_000;

/** What one round found. */
export interface KillRound {
  /** Files reported as warmed before the kill. */
  readonly finished: number;
  /** Of these, files that the next run asked for all the same. */
  readonly askedAgain: number;
  /** Of these, files whose bytes the origin gave more than once. */
  readonly fetchedAgain: number;
  /** Files that are there after the next run. */
  readonly there: number;
  /** Bytes the journal knows of right after the kill, and after the next run. */
  readonly bookedBytes: number;
  readonly bookedInTheEnd: number;
}

/** What the journal says warming has asked the origin for. */
async function booked(stateDir: string): Promise<number> {
  const span = { fromMs: 0, toMs: Date.now() + 60_000 };
  const query = { measurement: "precacheasset", ...span, by: "all", timeZone: "UTC" } as const;
  return Number((await queryHistory(stateDir, query))[0]?.sums["bytes.fromorigin"] ?? 0);
}

/** Kills a run after so many finished files, lets another one go on. */
export async function killRound(runner: string, killAfter: number): Promise<KillRound> {
  const folder = mkdtempSync(join(tmpdir(), "larder-kill-"));
  const origin = await startOrigin({ bytesPerSecond: 600_000 });
  const cache = await startContentCache({
    origin: origin.url,
    folder: join(folder, "cache"),
    keepAlive: true,
    cachedRangesHeader: false,
  });
  const job = JSON.stringify({
    target: cache.url,
    prefix: `/kill/${BYTES}b/`,
    count: FILES,
    bytes: BYTES,
    concurrency: 4,
    state: folder,
    tell: true,
  });
  try {
    const told = await runAndKill(runner, job, killAfter);
    const finished = new Set(told.flatMap((line) => (line.startsWith("warmed ") ? [line.slice(7)] : [])));
    const bookedBytes = await booked(folder);
    const before = cache.requests.length;
    const lines = await runAndKill(runner, job, Number.POSITIVE_INFINITY);
    const result = JSON.parse(lines.at(-1) ?? "{}") as RunnerResult;
    const again = new Set(
      cache.requests.slice(before).flatMap(({ method, asked }) => (method === "GET" ? [pathOf(asked)] : [])),
    );
    const paths = [...finished].map((url) => new URL(url).pathname);
    const given = (path: string): number =>
      origin.requests.filter((request) => pathOf(request.path) === path).reduce((sum, { bytes }) => sum + bytes, 0);
    return {
      finished: finished.size,
      askedAgain: paths.filter((path) => again.has(path)).length,
      fetchedAgain: paths.filter((path) => given(path) !== BYTES).length,
      there: result.warmed + result.cached,
      bookedBytes,
      bookedInTheEnd: await booked(folder),
    };
  } finally {
    await cache.stop();
    await origin.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines of a runner that is killed after so many of them. */
async function runAndKill(runner: string, job: string, killAfter: number): Promise<string[]> {
  const child = spawn(process.execPath, [runner, job], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === killAfter) child.kill("SIGKILL");
  }
  return lines;
}

function pathOf(asked: string): string {
  return asked.split("?")[0] ?? asked;
}

if (process.argv[1] === import.meta.filename) {
  const rounds = Number(process.argv[2] ?? 50);
  const runner = await buildRunner();
  const sums = { finished: 0, askedAgain: 0, fetchedAgain: 0, missing: 0, unbooked: 0 };
  for (let round = 0; round < rounds; round++) {
    const found = await killRound(runner, 1 + ((round * 7) % (FILES - 2)));
    sums.finished += found.finished;
    sums.askedAgain += found.askedAgain;
    sums.fetchedAgain += found.fetchedAgain;
    sums.missing += FILES - found.there;
    sums.unbooked += Math.max(0, found.finished * BYTES - found.bookedBytes);
  }
  const ok = sums.askedAgain === 0 && sums.fetchedAgain === 0 && sums.missing === 0 && sums.unbooked === 0;
  console.log(
    `${rounds} kills: ${sums.finished} files were finished before, ${sums.askedAgain} of them asked for again, ${sums.fetchedAgain} fetched again; ${sums.unbooked} of their bytes missing in the books, ${sums.missing} files missing in the end  ${ok ? "ok" : "MISSED"}`,
  );
  process.exitCode = ok ? 0 : 1;
}
