/**
 * The settings a precache command works with: file, precache.py's configuration, command line.
 *
 * @module
 */
import { type Layer, type Origins, originOf, type RawSettings } from "../../../core/config/config.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import type { Log } from "../../../core/log.ts";
import { PLIST_MAX_BYTES, parsePlist } from "../../../core/plist/plist.ts";
import { convert, requestLayer } from "../../../precache/index.ts";
import type { PrecacheInput, PrecacheOptions } from "../../../precache/options.ts";
import { loadSettings, type SettingsSources } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { parseLogLevel } from "../../log-level.ts";
import { printError } from "../../output.ts";
import { layerOfFlags, type PrecacheFlags, refuseIdleMdmFlags, secretWarnings } from "./flags.ts";

/** What a command needs. */
export interface Loaded {
  readonly options: PrecacheOptions;
  readonly stateDir: string;
  /** `server` and the admin's own. */
  readonly tags: Readonly<Record<string, string>>;
  readonly timeZone: string;
  readonly log: Log;
}

/**
 * Loads the settings with the command line as a layer of them; warnings go to standard error.
 * @param over options of an old command line, below the flags.
 */
export async function loadPrecache(
  flags: PrecacheFlags,
  over: PrecacheInput = {},
  sources: SettingsSources = {},
): Promise<Loaded> {
  const level = parseLogLevel(flags.logLevel ?? "warn");
  refuseIdleMdmFlags(flags);
  for (const warning of secretWarnings(flags)) printError(`warning: ${warning}`);
  const request = layerOfFlags(flags);
  const { settings, origins } = await loadSettings(flags, {
    ...sources,
    layers: [
      request,
      { kind: "flag", name: "command line", ...requestLayer(over) },
      ...(flags.precacheConfig === undefined ? [] : [await precachePyLayer(flags.precacheConfig)]),
    ],
  });
  const forced = forcedBeside(request, origins);
  if (forced.length > 0) printError(`note: the managed profile wants more, which is planned too: ${forced.join(", ")}`);
  return {
    options: settings.precache,
    stateDir: settings.stateDir,
    tags: { ...settings.tags, server: settings.server },
    timeZone: settings.timezone,
    log: await openLog(level),
  };
}

/** Keys of what a profile wants beside what a command line asks for: only a stronger layer could take them away. */
function forcedBeside({ clears = [], values }: Layer, origins: Origins): string[] {
  const said = (key: string) =>
    key.split(".").reduce<unknown>((inside, part) => (inside as RawSettings)?.[part], values);
  // of a key that both say, the flag has been reported as ignored
  return clears.filter((key) => said(key) === undefined && originOf(origins, key).kind === "profile");
}

/** A configuration of precache.py: a file that takes the place of what the settings file says about warming. */
async function precachePyLayer(path: string): Promise<Layer> {
  const { options, notes } = await readPrecachePy(path);
  for (const { fate, word, said } of notes) if (fate === "gone") printError(`${word}: ${said}`);
  return { kind: "file", name: path, values: { precache: options }, clears: ["precache"] };
}

/** A configuration of precache.py in our words. */
export async function readPrecachePy(
  path: string,
): Promise<{ options: PrecacheInput; notes: readonly convert.PrecachePyNote[] }> {
  let bytes: Buffer;
  try {
    ({ bytes } = await readRegularFile(path, PLIST_MAX_BYTES));
  } catch (error) {
    throw new LarderError(`Cannot read "${path}": ${errorText(error)}`, {
      code: "CONFIG_MISSING",
      state: "nothing was fetched",
      next: "name the property list precache.py was configured with",
      cause: error,
    });
  }
  return convert.fromPrecachePyConfiguration(await parsePlist(bytes, path));
}
