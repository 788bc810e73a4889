/**
 * What every benchmark needs: a program run and measured, and ratios printed with their spread.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** One run of a program. */
export interface Run {
  readonly seconds: number;
  /** Highest resident memory of the process itself, MiB; 0 where /proc does not have it. */
  readonly peakMiB: number;
  readonly stdout: string;
}

/** Runs a program to its end; throws when it ends with more than `mostCode`, which is 0 unless it says more by its code. */
export async function measure(
  program: string,
  args: readonly string[],
  { env = {}, mostCode = 0 }: { readonly env?: NodeJS.ProcessEnv; readonly mostCode?: number } = {},
): Promise<Run> {
  const start = process.hrtime.bigint();
  const environment: NodeJS.ProcessEnv = { ...process.env, ...env };
  // costs Node 20 some 35 ms at every start and has nothing to do with what is measured
  delete environment["NODE_EXTRA_CA_CERTS"];
  const child = spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  let peakMiB = 0;
  const watch = setInterval(() => {
    peakMiB = Math.max(peakMiB, highWaterMiB(child.pid));
  }, 10);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(watch);
  if (code === null || code > mostCode)
    throw new Error(`${program} ${args.join(" ")} ended with ${code}\n${stdout}${stderr}`);
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, peakMiB, stdout };
}

function highWaterMiB(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** `0.58 / 0.61 / 0.66`: least, median, most. */
export function spread(values: readonly number[], digits = 2): string {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return [sorted[0] ?? Number.NaN, median, sorted.at(-1) ?? Number.NaN]
    .map((value) => value.toFixed(digits))
    .join(" / ");
}

/** The median. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
