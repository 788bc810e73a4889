/**
 * Memory over a log that does not end: the source reads it from a command, as from `log show`, and no file is written.
 *
 *     npx tsx bench/log/stream.ts [gigabytes, default 10]
 *
 * Prints resident memory as it goes. Goal: from the first tenth to the end it grows by 16 MiB at most.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serviceLogOptions } from "../../collector/sources/service-log/options.ts";
import { serviceLogSource } from "../../collector/sources/service-log/service-log.ts";
import { silentLog } from "../../core/log.ts";
import { logBlock, logDays } from "./log-block.ts";

const BLOCK_BYTES = 20e6;
const GOAL_MIB = 16;
const [gigabytes = "10", isPrinter] = process.argv.slice(2);

if (isPrinter === "print") await print(Number(gigabytes) * 1e9);
else await read(Number(gigabytes) * 1e9);

async function print(bytes: number): Promise<void> {
  let written = 0;
  for (const block of logDays(logBlock(BLOCK_BYTES))) {
    if (!process.stdout.write(block)) await once(process.stdout, "drain");
    written += block.length;
    if (written >= bytes) return;
  }
}

async function read(bytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "larder-bench-stream-"));
  const command = [process.execPath, ...process.execArgv, import.meta.filename, gigabytes, "print"];
  const options = serviceLogOptions.parse({ enabled: true, command, timeout: 3600, timezone: "UTC" });
  const source = serviceLogSource({ ...options, folder, dayZone: "UTC" });
  const context = {
    tagText: ",server=c1",
    signal: new AbortController().signal,
    log: silentLog,
    // after all of the log
    nowMs: () => Date.UTC(2030, 0, 1),
    reject: () => {},
    alreadyTaken: async function* () {},
  };
  const before = process.cpuUsage();
  const lineCount = Math.ceil(bytes / BLOCK_BYTES) * countLines(logBlock(BLOCK_BYTES));
  const memory: number[] = [];
  let [lines, told] = [0, 0];
  for await (const { rowCount } of source.readAfter(undefined, context)) {
    lines += rowCount;
    memory.push(residentMiB());
    if (lines / lineCount < told / 10) continue;
    told = Math.floor((lines / lineCount) * 10) + 1;
    console.log(
      `${((lines / lineCount) * 100).toFixed(0).padStart(3)} %  ${lines} lines  ${memory.at(-1)?.toFixed(0)} MiB`,
    );
  }
  const { user, system } = process.cpuUsage(before);
  const most = (part: readonly number[]): number => Math.max(...part);
  const tenth = Math.ceil(memory.length / 10);
  const [early, late] = [most(memory.slice(0, 2 * tenth)), most(memory.slice(-5 * tenth))];
  console.log(
    `${(bytes / 1e9).toFixed(1)} GB, ${lines} lines, ${(bytes / (user + system)).toFixed(0)} MB/s of processor time`,
  );
  console.log(`memory, MiB: at most ${early.toFixed(0)} in the first fifth, ${late.toFixed(0)} in the last half`);
  rmSync(folder, { recursive: true });
  if (lines !== lineCount) throw new Error(`${lineCount} lines were printed, ${lines} were counted`);
  process.exitCode = late - early <= GOAL_MIB ? 0 : 1;
}

function countLines(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(0x0a); at >= 0; at = block.indexOf(0x0a, at + 1)) count++;
  return count;
}

function residentMiB(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
}
