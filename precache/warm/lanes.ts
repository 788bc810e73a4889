/**
 * Which cache is asked when: parents before their children, peers once together.
 *
 * @module
 */
import type { CacheTarget } from "../words/asset.ts";

/** Caches of which one is asked at a time: the next one takes over when it dies. */
export type Lane = readonly CacheTarget[];

/**
 * The order of a run: phases one after the other, the lanes of a phase side by side. Every parent is a lane of the first
 * phase, so that children find the files one hop away. Every other cache is a lane of the second; all peers together are
 * one, because a peer hands over what it holds, and a file warmed through one is there for all.
 */
export function lanesOf(targets: readonly CacheTarget[]): readonly (readonly Lane[])[] {
  const parents = targets.filter(({ role }) => role === "parent").map((target) => [target]);
  const caches = targets.filter(({ role }) => role === "cache").map((target) => [target]);
  const peers = targets.filter(({ role }) => role === "peer");
  return [parents, peers.length === 0 ? caches : [...caches, peers]].filter((phase) => phase.length > 0);
}
