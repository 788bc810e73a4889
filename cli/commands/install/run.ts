/**
 * The commands that install and remove, on the computer they run on.
 *
 * @module
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { runCommand } from "../../../core/cache/cache.ts";
import { LarderError } from "../../../core/errors.ts";
import { systemClock } from "../../../core/time/clock.ts";
import { loadSettings } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import { install } from "./install.ts";
import { jobNames } from "./jobs.ts";
import { launchd } from "./launchd.ts";
import { type InstallPlaces, placesOn } from "./places.ts";
import type { InstallFlags, UninstallFlags } from "./register.ts";
import { systemd } from "./systemd.ts";
import { uninstall } from "./uninstall.ts";
import { installedVersion } from "./versions.ts";
import type { World } from "./world.ts";

/** Runs `larder install` and `larder upgrade`. @throws LarderError `USAGE…`, `INSTALL_…`, `CONFIG_…` */
export async function runInstall(what: "install" | "upgrade", flags: InstallFlags): Promise<void> {
  const said: string[] = [];
  const world = worldOf(flags, said);
  const seconds = Number(flags.wait);
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 3600) {
    throw new LarderError(`Cannot wait "${flags.wait}": expected seconds, 0 to 3600`, { code: "USAGE_WAIT" });
  }
  if (what === "upgrade" && installedVersion(world.places.program) === undefined) {
    throw new LarderError(`Cannot upgrade: no larder is installed in ${world.places.program}`, {
      code: "INSTALL_NONE",
      state: "nothing was changed",
      next: "sudo larder install",
    });
  }
  await install(
    {
      source: { root: programRoot(), node: resolve(flags.node ?? process.execPath) },
      jobs: flags.jobs === undefined ? undefined : jobNames(flags.jobs.split(",").map((word) => word.trim())),
      downgrade: flags.downgrade === true,
      placed: flags.placed === true,
      withinMs: seconds * 1000,
      stateDir: await stateDirOf(world.places, flags),
    },
    world,
  );
  answer(flags, said);
}

/** Runs `larder uninstall`. @throws LarderError `INSTALL_…` */
export async function runUninstall(flags: UninstallFlags): Promise<void> {
  const said: string[] = [];
  const world = worldOf(flags, said);
  await uninstall({ purge: flags.purge === true, stateDir: await stateDirOf(world.places, flags) }, world);
  answer(flags, said);
}

/** The steps for a script, once all are done; for people each was printed before it began. */
function answer({ json, dryRun = false }: UninstallFlags, said: readonly string[]): void {
  if (json === true) printJson({ dryRun, said });
}

/** The folder above `dist`: of a checkout, a bundle, or what is installed. */
function programRoot(): string {
  return resolve(import.meta.dirname, import.meta.dirname.endsWith("chunks") ? "../.." : "../../..");
}

/** The daemon's own state folder; larder goes from a computer even where settings cannot be read. */
async function stateDirOf(places: InstallPlaces, { root }: UninstallFlags): Promise<string> {
  if (root !== undefined) return places.stateDir;
  return await loadSettings({}).then(
    ({ settings }) => settings.stateDir,
    () => places.stateDir,
  );
}

/** @param said gets every step where they are not printed */
function worldOf({ root = "/", dryRun, json }: UninstallFlags, said: string[]): World {
  const { platform } = process;
  const isRoot = process.getuid?.() === 0;
  if (platform !== "darwin" && platform !== "linux") {
    throw new LarderError(`Cannot install on "${platform}": expected macOS or Linux`, { code: "INSTALL_PLATFORM" });
  }
  const folder = resolve(root);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new LarderError(`Cannot work below "${folder}": it is not a folder`, { code: "USAGE_ROOT" });
  }
  if (folder === "/" && !isRoot && dryRun !== true) {
    throw new LarderError("Cannot install for the whole computer: only root may, and you are not", {
      code: "INSTALL_NOT_ROOT",
      state: "nothing was changed",
      next: "the same with sudo; or look first: --dry-run",
    });
  }
  return {
    places: placesOn(platform, folder),
    isRoot,
    run: runCommand,
    clock: systemClock,
    services: platform === "darwin" ? launchd(runCommand, systemClock, folder) : systemd(runCommand, folder),
    starts: folder === "/",
    say: (text) => (json === true ? void said.push(text) : print(text)),
    dryRun: dryRun === true,
  };
}
