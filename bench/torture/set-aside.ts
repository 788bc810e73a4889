/**
 * Reports that a receiver has set aside, because they were ahead of its clock: they are in a file of their own, and in no sum.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

interface Aside {
  readonly hostname: string;
  readonly creationDate?: string;
}

/** Times of the counters that are only there, of a cache. */
export async function setAsideTimes(stateDir: string, server: string): Promise<Set<number>> {
  const text = await readFile(join(stateDir, "rejected/_reports.lp"), "utf8").catch(() => "");
  const bodies = text.split("\n").filter((line) => line.startsWith("# {"));
  const reports = bodies.map((line) => JSON.parse(line.slice(2)) as Aside);
  const own = reports.filter(({ hostname }) => hostname === `${server}.local`);
  return new Set(own.flatMap(({ creationDate }) => (creationDate === undefined ? [] : [Date.parse(creationDate)])));
}
