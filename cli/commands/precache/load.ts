/**
 * The settings a precache command works with: file, precache.py's configuration, command line.
 *
 * @module
 */
import { errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile } from "../../../core/files.ts";
import { createLog, type Log, type LogLevel } from "../../../core/log.ts";
import { PLIST_MAX_BYTES, parsePlist } from "../../../core/plist/plist.ts";
import { convert, overlayOptions } from "../../../precache/index.ts";
import { type PrecacheInput, type PrecacheOptions, precacheOptions } from "../../../precache/options.ts";
import { printError } from "../../output.ts";
import { loadSettings } from "../config/check.ts";
import { optionsOfFlags, type PrecacheFlags, secretWarnings } from "./flags.ts";

/** What a command needs. */
export interface Loaded {
  readonly options: PrecacheOptions;
  readonly stateDir: string;
  /** `server` and the admin's own. */
  readonly tags: Readonly<Record<string, string>>;
  readonly timeZone: string;
  readonly log: Log;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error", "silent"];

/**
 * Loads and merges; warnings go to standard error.
 * @param over what an old command line said, under the flags.
 */
export async function loadPrecache(flags: PrecacheFlags, over: PrecacheInput = {}): Promise<Loaded> {
  const { settings } = await loadSettings(flags);
  for (const warning of secretWarnings(flags)) printError(`warning: ${warning}`);
  const converted = flags.precacheConfig === undefined ? undefined : await readPrecachePy(flags.precacheConfig);
  for (const note of converted?.notes ?? []) if (note.fate === "gone") printError(`${note.word}: ${note.said}`);
  const base =
    converted === undefined ? settings.precache : overlayOptions(precacheOptions.parse({}), converted.options);
  return {
    options: overlayOptions(overlayOptions(base, over), optionsOfFlags(flags)),
    stateDir: settings.stateDir,
    tags: { ...settings.tags, server: settings.server },
    timeZone: settings.timezone,
    log: await createLog(levelOf(flags.logLevel)),
  };
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

function levelOf(text: string | undefined): LogLevel {
  return LEVELS.find((level) => level === text) ?? "warn";
}
