/**
 * What a check is: facts in, symptoms out; it asks nobody anything. Contract: `check.contract.ts`.
 *
 * @module
 */
import type { Finding } from "../../core/finding.ts";
import type { Facts } from "./facts/facts.ts";

/** A finding of a check, with what it rests on. */
export interface Symptom extends Finding {
  /** Why it matters: what happens, or does not, because of it. */
  readonly why: string;
  /** What was seen, as it was printed or answered. */
  readonly evidence: string;
}

/** What a check saw. */
export interface Look {
  /** In a few words, for a screen: `on, registered, port 49152`. */
  readonly seen: string;
  readonly symptoms: readonly Symptom[];
}

export interface Check {
  /** Stable name, for scripts. */
  readonly name: string;
  /** What it looks at, for people. */
  readonly title: string;
  /** Every finding there is to it. */
  readonly finds: readonly string[];
  /** Undefined where the facts say nothing of it. */
  look(facts: Facts): Look | undefined;
}
