/** Building and running the warming runner, and its peers, for the warming benches. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { bundling } from "../../scripts/build/bundling.mjs";

const root = new URL("../..", import.meta.url).pathname;

/** The runner, bundled as the command is. */
export async function buildRunner(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), "larder-runner-"));
  process.once("exit", () => rmSync(outdir, { recursive: true, force: true }));
  await build({
    entryPoints: [join(root, "bench/warm/runner.ts")],
    outdir,
    outExtension: { ".js": ".mjs" },
    ...bundling,
  });
  return join(outdir, "runner.mjs");
}

export interface RunnerJob {
  readonly target: string;
  readonly prefix: string;
  readonly count: number;
  readonly bytes: number;
  readonly concurrency: number;
  readonly bytesPerSecond?: number;
}

export interface RunnerResult {
  readonly warmed: number;
  readonly failed: number;
  readonly cached: number;
  readonly bytesAsked: number;
  readonly bytesFromOrigin: number;
  readonly rssMb: number;
  /** Of the whole process. */
  readonly wallSeconds: number;
}

/** One run of the runner, start-up and exit included. */
export function runRunner(runner: string, job: RunnerJob): RunnerResult {
  const state = mkdtempSync(join(tmpdir(), "larder-bench-"));
  const { NODE_EXTRA_CA_CERTS: _unset, ...env } = process.env;
  const started = performance.now();
  const child = spawnSync(process.execPath, [runner, JSON.stringify({ ...job, state })], { encoding: "utf8", env });
  const wallSeconds = (performance.now() - started) / 1000;
  rmSync(state, { recursive: true });
  if (child.status !== 0) throw new Error(`the runner ended with ${child.status}: ${child.stderr}`);
  return { ...(JSON.parse(child.stdout) as RunnerResult), wallSeconds };
}

/** `curl --parallel` over the same addresses, bodies thrown away. @returns seconds of the whole process. */
export function runCurl(job: RunnerJob): number {
  const folder = mkdtempSync(join(tmpdir(), "larder-curl-"));
  const list = join(folder, "list");
  const lines = Array.from(
    { length: job.count },
    (_, i) =>
      `url = "${job.target}${job.prefix}${i}.bin?source=updates.cdn-apple.com&sourceScheme=https"\noutput = "/dev/null"\n`,
  );
  writeFileSync(list, lines.join(""));
  const started = performance.now();
  const args = ["--silent", "--fail", "--parallel", "--parallel-max", String(job.concurrency), "-K", list];
  const child = spawnSync("curl", args);
  const seconds = (performance.now() - started) / 1000;
  rmSync(folder, { recursive: true });
  if (child.status !== 0) throw new Error(`curl ended with ${child.status}: ${child.stderr.toString()}`);
  return seconds;
}
