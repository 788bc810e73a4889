/**
 * Every target, by what is read.
 *
 * @module
 */
import type { Target } from "../target.ts";

export interface LoadedTarget {
  readonly target: Target;
  /** Of the module that exports it. */
  readonly url: string;
}

const FILES = [
  ...["core", "sources", "receiver", "sinks", "catalogs", "inventories", "warming", "alerts", "cli", "wire"],
];

/** Loads them all. */
export async function loadTargets(): Promise<LoadedTarget[]> {
  const found = await Promise.all(
    FILES.map(async (file) => {
      const url = new URL(`${file}.ts`, import.meta.url).href;
      const { targets } = (await import(url)) as { targets: readonly Target[] };
      return targets.map((target) => ({ target, url }));
    }),
  );
  return found.flat();
}
