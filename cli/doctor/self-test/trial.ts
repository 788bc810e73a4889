/**
 * A trial: something that only a real Mac can show, tried out there. It changes nothing that stays, and what it says holds
 * names of keys, counts and lengths of time, no address and no name of anybody.
 *
 * @module
 */
import type { Surroundings } from "../gather/gather.ts";

/** `known`: as larder takes it to be. `new`: it is otherwise, and larder has to learn it. */
export type Verdict = "known" | "new" | "absent" | "failed";

export interface TrialResult {
  readonly verdict: Verdict;
  /** What was seen, a sentence each. */
  readonly said: readonly string[];
}

export interface Trial {
  /** Stable; fixtures/UNTESTED.md names it. */
  readonly id: string;
  /** The question. */
  readonly asks: string;
  try(world: TrialPlace): Promise<TrialResult>;
}

export interface TrialPlace extends Pick<Surroundings, "run" | "system"> {
  /** Places of this Mac; a test has its own. */
  readonly places: { readonly metricsDb: string; readonly scratch: string };
}

export const absent = (...said: string[]): TrialResult => ({ verdict: "absent", said });

/** Places of all members of a value: `results.system.might have`. Values are left out. */
export function keyPaths(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => keyPaths(item, `${path}[]`)))];
  if (typeof value !== "object" || value === null) return path === "" ? [] : [path];
  const below = Object.entries(value).flatMap(([key, item]) => keyPaths(item, path === "" ? key : `${path}.${key}`));
  return below.length === 0 && path !== "" ? [path] : below;
}

/** Text without what could name somebody: numbers, addresses, identifiers and paths. */
export function masked(text: string): string {
  return text
    .replaceAll(/[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/g, "<guid>")
    .replaceAll(/(?:\d{1,3}\.){3}\d{1,3}/g, "<address>")
    .replaceAll(/\b(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}\b/g, "<address>")
    .replaceAll(/(?:https?:\/)?\/[^\s"',;]+/g, "<path>")
    .replaceAll(/\b[\w-]+(?:\.[\w-]+)*\.(?:local|lan|com|org|net|edu|de|example)\b/gi, "<name>")
    .replaceAll(/\d+/g, "#")
    .slice(0, 200);
}
