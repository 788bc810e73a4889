/**
 * Every target, by the room it is of.
 *
 * @module
 */
import type { Target } from "../target.ts";

export interface LoadedTarget {
  readonly target: Target;
  /** Of the module that exports it. */
  readonly url: string;
}

const ROOMS = ["core", "collector", "precache", "alerts", "cli", "wire"];

/** Loads the targets of all rooms. */
export async function loadTargets(): Promise<LoadedTarget[]> {
  const found = await Promise.all(
    ROOMS.map(async (room) => {
      const url = new URL(`${room}.ts`, import.meta.url).href;
      const { targets } = (await import(url)) as { targets: readonly Target[] };
      return targets.map((target) => ({ target, url }));
    }),
  );
  return found.flat();
}
