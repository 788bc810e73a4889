/**
 * What `larder precache bench` does.
 *
 * @module
 */

import { errorText, LarderError } from "../../../core/errors.ts";
import { FOR_ALL, readRegularFile, writeAtomically } from "../../../core/files.ts";
import { bytesText, countText, durationText, rateText } from "../../../core/words/amounts.ts";
import { discoverTargets, measure, parseBytes, planOnly } from "../../../precache/index.ts";
import { print, printError, printJson } from "../../output.ts";
import { followSignals } from "../../signals.ts";
import { table } from "../../table.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";
import type { BenchRunFlags } from "./register.ts";

const MAX_WORKLOAD_BYTES = 64 * 1024 * 1024;

/** `bench setup`. */
export async function benchSetup(flags: PrecacheFlags & { out: string; size: string }): Promise<void> {
  const { options, stateDir, log } = await loadPrecache(flags);
  const size = parseBytes(flags.size);
  if (size === undefined || size < 1) throw usage(`--size ${flags.size}`, "expected a size such as 2GB");
  const signal = new AbortController().signal;
  const { plan } = await planOnly({ options, stateDir, log, signal, nowMs: Date.now });
  const workload = measure.benchWorkload(plan, size);
  await writeAtomically(flags.out, `${JSON.stringify(workload, null, 2)}\n`, { mode: FOR_ALL });
  const [files, bytes] = [workload.files.length, bytesOf(workload)];
  if (flags.json === true) printJson({ file: flags.out, files, bytes });
  else print(`${flags.out}: ${countText(files, "file")}, ${bytesText(bytes)}`);
}

/** `bench run`. */
export async function benchRun(flags: BenchRunFlags): Promise<void> {
  const { bytes } = await readRegularFile(flags.workload, MAX_WORKLOAD_BYTES).catch((error: unknown) => {
    throw usage(`--workload ${flags.workload}`, errorText(error));
  });
  const workload = measure.parseWorkload(bytes.toString("utf8"), flags.workload);
  const { cacheServer, ...others } = flags;
  const { options } = await loadPrecache({
    ...others,
    ...(cacheServer === undefined ? {} : { cacheServer: [cacheServer] }),
  });
  const { targets } = await discoverTargets(options);
  const target = targets[0];
  if (target === undefined) throw usage("bench run", "no cache was found; name one with --cache-server");
  const sweep = flags.sweep.split(",").map((word) => wholeNumber("--sweep", word, 100));
  const iterations = wholeNumber("--iterations", flags.iterations, 25);
  // a file that is only measured need not be finished
  const { stop: abort, release } = followSignals();
  printError(`${countText(workload.files.length, "file")}, ${bytesText(bytesOf(workload))}, from ${target.url}`);
  const passes: measure.BenchPass[] = [];
  try {
    if (flags.warmUp)
      for await (const pass of measure.benchCache(workload, target, { concurrencies: [4], iterations: 1, abort }))
        printError(`warm-up: ${passText(pass)}`);
    for await (const pass of measure.benchCache(workload, target, { concurrencies: sweep, iterations, abort })) {
      passes.push(pass);
      if (flags.json !== true) printError(passText(pass));
    }
  } finally {
    release();
  }
  const rows = measure.benchRows(passes);
  if (flags.json === true)
    printJson({ workload: { files: workload.files.length, bytes: bytesOf(workload) }, rows, passes });
  else print(`\n${benchTable(rows)}`);
}

function benchTable(rows: readonly measure.BenchRow[]): string {
  const best = rows.reduce<measure.BenchRow | undefined>(
    (top, row) => (top === undefined || row.mean > top.mean ? row : top),
    undefined,
  );
  const text = table(rows, [
    { title: "concurrency", value: ({ concurrency }) => String(concurrency), align: "right" },
    { title: "passes", value: ({ passes }) => String(passes), align: "right" },
    { title: "min", value: ({ min }) => rateText(min), align: "right" },
    { title: "mean", value: ({ mean }) => rateText(mean), align: "right" },
    { title: "max", value: ({ max }) => rateText(max), align: "right" },
    { title: "failed", value: ({ failed }) => String(failed), align: "right" },
  ]);
  return best === undefined ? text : `${text}\n\nFastest on average with --concurrency ${best.concurrency}.`;
}

function passText({ concurrency, bytes, seconds, failed }: measure.BenchPass): string {
  const wrong = failed === 0 ? "" : `, ${failed} failed`;
  return `concurrency ${concurrency}: ${bytesText(bytes)} in ${durationText(seconds)}, ${rateText(bytes / Math.max(seconds, 0.001))}${wrong}`;
}

function bytesOf(workload: measure.BenchWorkload): number {
  return workload.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text.trim());
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw usage(`${flag} ${text}`, `expected a whole number from 1 to ${most}`);
}

function usage(what: string, said: string): LarderError {
  return new LarderError(`Cannot use "${what}": ${said}`, { code: "USAGE", next: "larder precache bench --help" });
}
