/**
 * Warming against curl --parallel over nginx on loopback, whole processes, in pairs that change their order:
 * `npx tsx bench/warm/transfer.ts [pairs]`. The ratio is of paired runs: least / median / most. Goals, for the median:
 * 100 x 20 MB at 4 at most 1.3 times curl's wall; 5,000 x 64 KB at 8 at most 1.0 times; and at most 100 MB of memory
 * at 32. Node's own start is printed beside it: it is part of each of our runs.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { figure } from "../figures.ts";
import { median, spread } from "../measure.ts";
import { startNginx } from "./file-server.ts";
import { buildRunner, type RunnerJob, runCurl, runRunner } from "./job.ts";

const pairs = Number(process.argv[2] ?? 11);
const folder = mkdtempSync("/dev/shm/larder-files-");
let server: Awaited<ReturnType<typeof startNginx>> | undefined;
let missed = 0;

function makeFiles(name: string, count: number, bytes: number): void {
  mkdirSync(join(folder, name));
  const body = Buffer.alloc(bytes, 0x61);
  for (let i = 0; i < count; i++) writeFileSync(join(folder, name, `${i}.bin`), body);
}

function compare(what: string, runner: string, job: RunnerJob, goal: number): void {
  const ours: number[] = [];
  const curls: number[] = [];
  let rss = 0;
  for (let pair = 0; pair < pairs; pair++) {
    if (pair % 2 === 0) curls.push(runCurl(job));
    const run = runRunner(runner, job);
    if (run.warmed !== job.count) throw new Error(`${run.warmed} of ${job.count} came`);
    ours.push(run.wallSeconds);
    rss = Math.max(rss, run.rssMb);
    if (pair % 2 === 1) curls.push(runCurl(job));
  }
  const ratios = ours.map((seconds, pair) => seconds / (curls[pair] ?? Number.NaN));
  const ok = median(ratios) <= goal;
  if (!ok) missed++;
  figure({
    what: `warming, ${what}`,
    unit: "s",
    larder: ours,
    peer: { name: "curl --parallel", values: curls },
    goal: `${goal.toFixed(1)} x`,
  });
  console.log(
    `${what.padEnd(28)} larder ${median(ours).toFixed(2)} s  curl ${median(curls).toFixed(2)} s  ratio ${spread(ratios)} (goal ${goal.toFixed(1)})  peak ${rss} MB  ${ok ? "ok" : "MISSED"}`,
  );
}

/** Seconds of a Node that does nothing. */
function bareNode(): number {
  const { NODE_EXTRA_CA_CERTS: _unset, ...env } = process.env;
  const runs = Array.from({ length: pairs }, () => {
    const started = performance.now();
    spawnSync(process.execPath, ["-e", "0"], { env });
    return (performance.now() - started) / 1000;
  });
  return median(runs);
}

try {
  makeFiles("big", 100, 20_000_000);
  makeFiles("small", 5000, 65_536);
  server = await startNginx(folder);
  const runner = await buildRunner();
  const target = server.url;
  const big = { target, prefix: "/big/", count: 100, bytes: 20_000_000 };
  const small = { target, prefix: "/small/", count: 5000, bytes: 65_536 };
  console.log(`Node ${process.versions.node}, ${pairs} pairs; bare node -e 0: ${bareNode().toFixed(3)} s`);
  compare("100 x 20 MB, 4 at a time", runner, { ...big, concurrency: 4 }, 1.3);
  compare("5,000 x 64 KB, 8 at a time", runner, { ...small, concurrency: 8 }, 1.0);
  for (const job of [big, small]) {
    const { rssMb } = runRunner(runner, { ...job, concurrency: 32 });
    if (rssMb > 100) missed++;
    console.log(`memory, ${job.prefix} 32 at a time: peak ${rssMb} MB (goal 100)  ${rssMb <= 100 ? "ok" : "MISSED"}`);
  }
} finally {
  server?.stop();
  rmSync(folder, { recursive: true });
}
process.exitCode = missed === 0 ? 0 : 1;
