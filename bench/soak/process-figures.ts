/**
 * What a process and those it started take of the machine, as Linux counts it.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";

/** One process at one moment. */
export interface ProcessFigures {
  readonly pid: number;
  readonly words: readonly string[];
  readonly rssMiB: number;
  readonly descriptors: number;
  /** Of all its threads, since its start. */
  readonly cpuSeconds: number;
  /** How often its threads went to sleep and were woken, since its start. */
  readonly wakeups: number;
}

/** Linux counts processor time in these, whatever the kernel's own ticks are. */
const TICKS_PER_SECOND = 100;

/** A process, and all it started; nothing for one that is gone. */
export function processTree(pid: number): ProcessFigures[] {
  const own = figuresOf(pid);
  return own === undefined ? [] : [own, ...childrenOf(pid).flatMap(processTree)];
}

function figuresOf(pid: number): ProcessFigures | undefined {
  try {
    const words = read(pid, "cmdline").split("\0").filter(Boolean);
    return {
      pid,
      words,
      rssMiB: Number(/VmRSS:\s+(\d+)/.exec(read(pid, "status"))?.[1] ?? 0) / 1024,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      cpuSeconds: cpuSeconds(read(pid, "stat")),
      wakeups: readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + wakeupsOf(pid, task), 0),
    };
  } catch {
    return undefined;
  }
}

/** @param stat `/proc/PID/stat`, whose second field may hold spaces and brackets */
export function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function wakeupsOf(pid: number, task: string): number {
  try {
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(read(pid, `task/${task}/status`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return read(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function read(pid: number, name: string): string {
  return readFileSync(`/proc/${pid}/${name}`, "utf8");
}
