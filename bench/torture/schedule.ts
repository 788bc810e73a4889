/**
 * What befalls a world, drawn from its seed: when it begins, how time passes, and which faults come and go when.
 *
 * @module
 */
import { Dice } from "../histories/dice.ts";
import { FAULTS, type FaultName } from "./faults.ts";
import type { WorldPlan } from "./world.ts";

/** A fault, from one tick to the beginning of another. */
export interface Planned {
  readonly fault: FaultName;
  readonly from: number;
  /** The tick it ends with; the same as `from` for what strikes and is over. */
  readonly to: number;
  /** When in its tick it begins, 0 to 1. */
  readonly at: number;
}

export interface Schedule extends WorldPlan {
  /** Minutes that pass in each tick. */
  readonly minutes: readonly number[];
  readonly faults: readonly Planned[];
}

const ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe"];
/** Changes of the clocks, a leap day, New Year and a plain day are hours away. */
const STARTS = ["2025-03-29", "2025-10-25", "2024-02-28", "2025-12-31", "2025-06-10", "2025-11-01"];
const MINUTES = [1, 1, 1, 2, 3, 5, 7, 12, 31, 61];

export interface ScheduleSize {
  readonly ticks: number;
  readonly faults: number;
  /** Which faults there are; all by default. */
  readonly only?: readonly FaultName[];
}

/** The same for the same seed and size. */
export function scheduleOf(seed: number, { ticks, faults, only }: ScheduleSize): Schedule {
  const dice = new Dice(seed);
  const names = only ?? (Object.keys(FAULTS) as FaultName[]);
  const startMs = Date.parse(`${dice.pick(STARTS)}T20:00:00Z`) + Math.floor(dice.next() * 4 * 3_600_000);
  const planned = Array.from({ length: faults }, (): Planned => {
    const fault = dice.pick(names);
    const from = 1 + Math.floor(dice.next() * (ticks - 1));
    const lasts = Math.ceil(dice.next() * FAULTS[fault].mostTicks);
    return { fault, from, to: Math.min(from + lasts, ticks), at: dice.next() };
  });
  return {
    seed,
    startMs,
    zone: dice.pick(ZONES),
    smallDisk: planned.some(({ fault }) => fault === "disk full"),
    macOsServer: planned.some(({ fault }) => fault === "macOS Server upgraded"),
    minutes: Array.from({ length: ticks }, () => dice.pick(MINUTES)),
    faults: planned.sort((a, b) => a.from - b.from || a.at - b.at),
  };
}

/** The schedule for people, one line for each fault. */
export function scheduleText({ seed, startMs, zone, minutes, faults }: Schedule): string {
  const head = `seed ${seed}: from ${new Date(startMs).toISOString()}, ${zone}, ticks of ${minutes.join(" ")} minutes`;
  return [head, ...faults.map(({ fault, from, to }) => `  tick ${from}${to > from ? `-${to}` : ""}: ${fault}`)].join(
    "\n",
  );
}
