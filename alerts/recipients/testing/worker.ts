/**
 * Runs `add-worker.ts` as a process of its own, under the Node that runs the test.
 *
 * @module
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { SqliteEngine } from "../../../core/sqlite/database.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Bundles the worker once; the path of the script. Below node_modules, so that packages are found. */
export async function bundleWorker(): Promise<string> {
  const folder = join(root, "node_modules/.cache");
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `alerts-worker-${process.pid}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("add-worker.ts", import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
  return outfile;
}

export interface WorkerTask {
  readonly path: string;
  readonly engine: SqliteEngine;
  readonly prefix: string;
  readonly count: number;
  readonly batch: number;
}

export type Worker = ChildProcessByStdio<null, Readable, null>;

export function startWorker(script: string, task: WorkerTask): Worker {
  const args = [script, task.path, task.engine, task.prefix, String(task.count), String(task.batch)];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** The exit code, or null when it was killed. */
export async function ended(worker: Worker): Promise<number | null> {
  worker.stdout.resume();
  if (worker.exitCode !== null || worker.signalCode !== null) return worker.exitCode;
  return await new Promise((resolve) => {
    worker.once("exit", resolve);
  });
}
