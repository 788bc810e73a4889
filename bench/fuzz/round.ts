/**
 * A round of a target: mutates what it has, keeps what reaches new code, and hands over each kind of fault once, with a small input.
 *
 * @module
 */
import { Dice } from "../histories/dice.ts";
import { type Coverage, leftOf, type Stretches } from "./coverage.ts";
import { type Fault, judge } from "./judge.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./target.ts";

export interface RoundOptions {
  readonly seed: number;
  /** Whether to go on. */
  readonly more: (executions: number) => boolean;
  /** Is given each input before it is tried: what tries it may never return. */
  readonly onInput?: (input: Uint8Array) => void;
  readonly onFault: (input: Uint8Array, fault: Fault) => void;
  /** Whether the seeds are tried as they are, default true. */
  readonly trySeeds?: boolean;
  /** Without it, all inputs are of the seeds. */
  readonly coverage?: Coverage;
}

export interface RoundResult {
  readonly executions: number;
  /** Inputs kept, the seeds among them. */
  readonly corpus: number;
}

/** Coverage is asked for so many inputs at once: asking costs more than trying one. */
const BATCH = 40;

export async function fuzzRound(target: Target, options: RoundOptions): Promise<RoundResult> {
  const { seed, more, coverage, trySeeds = true } = options;
  const dice = new Dice(seed);
  const seeds = await target.seeds();
  const corpus: Uint8Array[] = seeds.length > 0 ? [...seeds] : [Buffer.alloc(0)];
  const known = new Set<string>();
  let executions = 0;
  const attempt = async (input: Uint8Array): Promise<void> => {
    executions++;
    options.onInput?.(input);
    const fault = await judge(target, input);
    if (fault === undefined || known.has(fault.key)) return;
    known.add(fault.key);
    options.onFault(await smaller(target, { input, fault, onInput: options.onInput }), fault);
  };
  coverage?.take();
  if (trySeeds) for (const each of corpus) await attempt(each);
  if (coverage !== undefined) coverage.learn(coverage.take());
  while (more(executions)) {
    const batch = Array.from({ length: BATCH }, () =>
      mutate(dice.pick(corpus), { dice, others: corpus, words: target.words ?? [] }),
    );
    for (const input of batch) if (more(executions)) await attempt(input);
    if (coverage === undefined) continue;
    let fresh = coverage.learn(coverage.take());
    for (const input of batch) {
      if (fresh.size === 0) break;
      await attempt(input);
      const left = leftOf(fresh, coverage.take());
      if (!sameStretches(left, fresh)) corpus.push(input);
      fresh = left;
    }
  }
  return { executions, corpus: corpus.length };
}

function sameStretches(some: Stretches, others: Stretches): boolean {
  const lengths = (stretches: Stretches): number =>
    [...stretches.values()].flat().reduce((sum, [from, to]) => sum + to - from, 0);
  return lengths(some) === lengths(others);
}

interface Found {
  readonly input: Uint8Array;
  readonly fault: Fault;
  readonly onInput?: ((input: Uint8Array) => void) | undefined;
}

const MOST_TRIES = 600;
const MOST_MS = 5000;

/** A part of an input that shows the same fault: pieces are left out, halves first. */
async function smaller(target: Target, { input, fault, onInput }: Found): Promise<Uint8Array> {
  let best = Buffer.from(input);
  const end = performance.now() + MOST_MS;
  let tries = 0;
  for (let piece = best.length >> 1; piece >= 1; piece >>= 1) {
    for (let at = 0; at + piece <= best.length; ) {
      if (tries++ > MOST_TRIES || performance.now() > end) return best;
      const less = Buffer.concat([best.subarray(0, at), best.subarray(at + piece)]);
      onInput?.(less);
      if ((await judge(target, less))?.key === fault.key) best = less;
      else at += piece;
    }
  }
  return best;
}
