/** How long an engine takes to answer a question: the first time, then five times more. */

import { median } from "../measure.ts";
import { engineCpuMs, type PROGRAMS } from "../ship/engine-cpu.ts";

const ASKED_AGAIN = 5;
const LIMIT_MS = 1000;

export interface Timing {
  readonly question: string;
  readonly firstMs: number;
  readonly againMs: readonly number[];
  /** Processor time of the engine for one answer. */
  readonly cpuMs: number;
  readonly right: boolean;
}

/** Asks, and checks every answer. */
export async function time<Answer>(
  engine: keyof typeof PROGRAMS,
  question: string,
  ask: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean,
): Promise<Timing> {
  const times: number[] = [];
  let right = true;
  const cpuBegan = engineCpuMs(engine);
  for (let i = 0; i <= ASKED_AGAIN; i++) {
    const began = performance.now();
    const answer = await ask();
    times.push(performance.now() - began);
    right &&= isRight(answer);
  }
  const [firstMs = 0, ...againMs] = times;
  return { question, firstMs, againMs, cpuMs: (engineCpuMs(engine) - cpuBegan) / times.length, right };
}

/** Prints a table of timings. @returns whether all were right and, first answers too, under a second */
export function printTimings(title: string, timings: readonly Timing[]): boolean {
  console.log(title);
  let good = true;
  for (const { question, firstMs, againMs, cpuMs, right } of timings) {
    const fast = firstMs < LIMIT_MS && median(againMs) < LIMIT_MS;
    good &&= right && fast;
    const again = `${ms(Math.min(...againMs))} /${ms(median(againMs))} /${ms(Math.max(...againMs))}`;
    const verdict = `${right ? "right" : "WRONG"}, ${fast ? "under" : "OVER"} 1 s`;
    console.log(`  ${question.padEnd(38)} first ${ms(firstMs)}   then ${again}   CPU ${ms(cpuMs)}   ${verdict}`);
  }
  console.log();
  return good;
}

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`.padStart(8);
}
