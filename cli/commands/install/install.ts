/**
 * Puts larder on this computer, or a newer one in the place of an older: the program beside the old one and then in its
 * place, the jobs, and a look whether the collector really works. Run again it takes up where it is.
 *
 * @module
 */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { LarderError } from "../../../core/errors.ts";
import { firstPass } from "./first-pass.ts";
import { ALL_JOBS, JOBS, type JobName } from "./jobs.ts";
import { copyProgram, type ProgramSource } from "./program-files.ts";
import { compareVersions, installedVersion, versionOf } from "./versions.ts";
import { step, type World } from "./world.ts";

export interface InstallOptions {
  readonly source: ProgramSource;
  /** Jobs to start; those that are installed stay. Default: the collector, where nothing is installed. */
  readonly jobs: readonly JobName[] | undefined;
  /** An older version may take the place of a newer one. */
  readonly downgrade: boolean;
  /** A package has put the files in place. */
  readonly placed: boolean;
  /** How long the collector may take for its first pass. */
  readonly withinMs: number;
  /** Its state folder, as the settings of the daemon have it. */
  readonly stateDir: string;
}

/** How long a collector that has just been started may take for its first pass. */
export const FIRST_PASS_MS = 60_000;

/** @throws LarderError `INSTALL_DOWNGRADE`, `INSTALL_STEP`, `INSTALL_START`, `INSTALL_NO_PASS`, `INSTALL_SOURCE` */
export async function install(options: InstallOptions, world: World): Promise<void> {
  const { places, say, dryRun } = world;
  const before = installedVersion(places.program);
  const version = versionOf(options.source.root);
  refuseDowngrade(options, before, version);
  const present = ALL_JOBS.filter((name) => world.services.files(JOBS[name]).some(({ to }) => existsSync(to)));
  const asked = options.jobs ?? (present.length === 0 ? ["collect"] : []);
  const jobs = ALL_JOBS.filter((name) => present.includes(name) || asked.includes(name));
  const inPlace = options.placed || isSame(options.source.root, places.program);
  if (inPlace) await tidyProgram(world);
  else await copyBeside(options.source, version, world);
  await eachJob(present, "stop", world);
  if (!inPlace) await swapIn(world);
  await placeFiles(jobs, world);
  const sinceMs = world.clock.now();
  try {
    await eachJob(jobs, "start", world);
    if (jobs.includes("collect") && world.starts) await expectPass(options, sinceMs, world);
  } catch (error) {
    if (dryRun || !existsSync(old(world))) throw error;
    await putBack(jobs, error, world);
  }
  if (!inPlace && (dryRun ? before !== undefined : existsSync(old(world)))) {
    await step(world, `remove the program that was there, ${old(world)}`, () => remove(old(world)));
  }
  say(dryRun ? "Nothing was changed." : `larder ${version} is installed in ${places.program}.`);
}

const old = ({ places }: World): string => `${places.program}.old`;
const fresh = ({ places }: World): string => `${places.program}.new`;
const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

function isSame(one: string, other: string): boolean {
  return existsSync(other) && realpathSync(one) === realpathSync(other);
}

function refuseDowngrade({ downgrade }: InstallOptions, before: string | undefined, version: string): void {
  if (before === undefined || downgrade || compareVersions(version, before) >= 0) return;
  throw new LarderError(`Cannot install "${version}": ${before}, which is newer, is installed`, {
    code: "INSTALL_DOWNGRADE",
    state: "nothing was changed",
    next: "install a newer one; or, to go back all the same: larder upgrade --downgrade",
  });
}

async function copyBeside(source: ProgramSource, version: string, world: World): Promise<void> {
  const target = fresh(world);
  await step(world, `copy larder ${version} to ${target}`, () => {
    remove(target);
    copyProgram(source, target);
    settle(target, world.isRoot);
  });
  await step(world, "start it once, to see that its Node runs here", async () => {
    const words = [join(target, "dist/larder.js"), "--version"];
    const { exitCode, stdout, stderr, failure } = await world.run(join(target, "libexec/node"), words);
    if (exitCode === 0 && stdout.trim() === version) return;
    throw new LarderError(`Cannot start the new program: ${failure?.text ?? (stderr.trim() || stdout.trim())}`, {
      code: "INSTALL_SOURCE",
      state: "what was installed goes on; only the copy beside it is new",
      next: "take the bundle for this kind of computer, or name another Node: larder install --node FILE",
    });
  });
}

/** Owner, group and mode of all below: root's, writable for nobody else. */
function settle(path: string, isRoot: boolean): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (isRoot) chownSync(path, 0, 0);
  if (stat.isDirectory()) {
    chmodSync(path, 0o755);
    for (const name of readdirSync(path)) settle(join(path, name), isRoot);
  } else chmodSync(path, (stat.mode & 0o111) === 0 ? 0o644 : 0o755);
}

/** A package leaves the parts of an earlier version that this one has no more. */
async function tidyProgram(world: World): Promise<void> {
  const dist = join(world.places.program, "dist");
  const kept = new Set(JSON.parse(readFileSync(join(dist, ".chunks"), "utf8")) as string[]);
  const left = readdirSync(join(dist, "chunks")).filter((name) => !kept.has(name));
  if (left.length === 0) return;
  await step(world, `remove ${left.length} parts of an earlier version from ${dist}`, () => {
    for (const name of left) remove(join(dist, "chunks", name));
  });
}

async function swapIn(world: World): Promise<void> {
  const { program } = world.places;
  await step(world, `put it in the place of ${program}`, () => {
    remove(old(world));
    if (existsSync(program)) renameSync(program, old(world));
    renameSync(fresh(world), program);
  });
}

async function placeFiles(jobs: readonly JobName[], world: World): Promise<void> {
  const { places, isRoot } = world;
  await step(world, `link ${places.command} to it`, () => {
    mkdirSync(dirname(places.command), { recursive: true, mode: 0o755 });
    remove(places.command);
    symlinkSync("/usr/local/larder/bin/larder", places.command);
  });
  await step(world, `make ${places.stateDir}, for root and its group`, () => {
    mkdirSync(places.stateDir, { recursive: true, mode: 0o755 });
    if (isRoot) chownSync(places.stateDir, 0, 0);
    chmodSync(places.stateDir, 0o750);
  });
  const files = jobs.flatMap((name) => world.services.files(JOBS[name]));
  for (const { from, to } of [...(places.rotation === undefined ? [] : [places.rotation]), ...files]) {
    await step(world, `write ${to}, root's, 0644`, () => {
      mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
      copyFileSync(join(places.program, from), to);
      if (isRoot) chownSync(to, 0, 0);
      chmodSync(to, 0o644);
    });
  }
}

async function eachJob(jobs: readonly JobName[], what: "stop" | "start", world: World): Promise<void> {
  const { services, starts } = world;
  if (!starts) return;
  for (const name of jobs) {
    await step(world, `${what} ${name} (${services.words[what]})`, async () => await services[what](JOBS[name]));
  }
}

async function expectPass({ stateDir, withinMs }: InstallOptions, sinceMs: number, world: World): Promise<void> {
  const { clock, services } = world;
  await step(world, `wait for the first pass of the collector, up to ${withinMs / 1000} s`, async () => {
    const at = await firstPass({ stateDir, sinceMs, withinMs, clock });
    if (at !== undefined) return world.say(`it made one after ${((at - sinceMs) / 1000).toFixed(1)} s`);
    throw new LarderError(
      `Cannot see a pass of "collect": its journal in ${stateDir} got no mark in ${withinMs / 1000} s`,
      {
        code: "INSTALL_NO_PASS",
        state: "the program and the job are installed; nothing is lost: rows wait in the cache's own database",
        next: `${services.logOf(JOBS.collect)}; then: sudo larder collect --once`,
      },
    );
  });
}

/** The program that was there is in its place again, and its jobs run. */
async function putBack(jobs: readonly JobName[], why: unknown, world: World): Promise<never> {
  const { program } = world.places;
  world.say("that did not work: back to the program that was there");
  await eachJob(jobs, "stop", world);
  await step(world, `put ${old(world)} back in its place`, () => {
    remove(fresh(world));
    renameSync(program, fresh(world));
    renameSync(old(world), program);
    remove(fresh(world));
  });
  await placeFiles(jobs, world);
  await eachJob(jobs, "start", world);
  throw why;
}
