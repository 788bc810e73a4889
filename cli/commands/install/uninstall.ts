/**
 * Takes larder off this computer. Without `purge` stays what it has recorded, its settings and its logs.
 *
 * @module
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ALL_JOBS, JOBS } from "./jobs.ts";
import { step, type World } from "./world.ts";

/** @param stateDir the state folder, as the settings of the daemon have it */
export async function uninstall(
  { purge, stateDir }: { purge: boolean; stateDir: string },
  world: World,
): Promise<void> {
  const { places, services, starts, say, dryRun } = world;
  const jobs = ALL_JOBS.map((name) => ({ name, files: services.files(JOBS[name]).map(({ to }) => to) })).filter(
    ({ files }) => files.some((path) => existsSync(path)),
  );
  for (const { name } of starts ? jobs : []) {
    await step(world, `stop ${name} (${services.words.stop})`, async () => await services.stop(JOBS[name]));
  }
  const program = [places.program, `${places.program}.new`, `${places.program}.old`];
  const own = [places.rotation?.to, places.command, ...namesIn(places.pidFiles, ".pid"), ...program];
  await removeAll([...jobs.flatMap(({ files }) => files), ...own], world);
  for (const folder of places.made.filter(isEmpty)) {
    await step(world, `remove ${folder}, in which nothing is left`, () => rmdirSync(folder));
  }
  if (starts) await step(world, "forget its jobs and its receipt", async () => await services.forget());
  const recorded = [stateDir, ...places.settings, ...(places.logs === undefined ? [] : namesIn(places.logs, ""))];
  const there = recorded.filter((path) => existsSync(path));
  if (purge) await removeAll(there, world);
  else if (there.length > 0) say(`kept: ${there.join(", ")} (--purge removes them too)`);
  say(dryRun ? "Nothing was changed." : "larder is removed.");
}

async function removeAll(paths: readonly (string | undefined)[], world: World): Promise<void> {
  for (const path of paths) {
    if (path === undefined || !isThere(path)) continue;
    await step(world, `remove ${path}`, () => rmSync(path, { recursive: true, force: true }));
  }
}

function isEmpty(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length === 0;
}

/** Also true of a link to what is gone. */
function isThere(path: string): boolean {
  const cut = path.lastIndexOf("/");
  const folder = path.slice(0, cut) || "/";
  return existsSync(folder) && readdirSync(folder).includes(path.slice(cut + 1));
}

function namesIn({ folder, prefix }: { folder: string; prefix: string }, end: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => new RegExp(`^${prefix}[-.\\w]*$`).test(name) && name.includes(end))
    .map((name) => join(folder, name));
}
