/**
 * The whole of larder's settings: the rooms' shapes under one roof, where they are looked for, and what holds.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type CollectorOptions, collectorShape } from "../../../collector/options.ts";
import { type Layer, mergeLayers, type Origins, readSettings, validateSettings } from "../../../core/config/config.ts";
import { type NetworkOptions, networkSchema, useNetwork } from "../../../core/network/network.ts";
import { systemTimeZone } from "../../../core/time/local-days.ts";
import { type PrecacheOptions, precacheShape } from "../../../precache/options.ts";
import { type ReportOptions, reportOptions } from "../../../report/options.ts";

/** The preference domain of profiles and of /Library/Preferences. */
export const DOMAIN = "org.larder";

/** Every key there is. */
export const larderOptions = z.strictObject({
  ...collectorShape,
  ...precacheShape,
  network: networkSchema.prefault({}),
  report: reportOptions.prefault({}).describe("reports"),
});

/** Settings ready to use: nothing left to default. */
export type Settings = CollectorOptions & {
  readonly network: NetworkOptions;
  readonly precache: PrecacheOptions;
  readonly report: ReportOptions;
  readonly server: string;
  readonly stateDir: string;
  readonly timezone: string;
};

export interface LoadedSettings {
  readonly settings: Settings;
  /** Origin of every key that was set somewhere. */
  readonly origins: Origins;
  /** The file that was read, if any. */
  readonly path: string | undefined;
}

/** What a command line may set. */
export interface SettingsFlags {
  readonly config?: string;
  readonly stateDir?: string;
}

/** Environment variables that set a key, beside `LARDER_CONFIG`, which names the file. */
export const SETTINGS_ENVIRONMENT: Readonly<Record<string, string>> = {
  LARDER_SERVER: "server",
  LARDER_STATE_DIR: "stateDir",
  LARDER_TIMEZONE: "timezone",
  LARDER_SCHEDULE: "schedule",
};

/** Files looked for without --config; the first that is there is read. */
export function settingsPlaces(platform: NodeJS.Platform = process.platform): string[] {
  if (platform === "darwin") return [`/Library/Preferences/${DOMAIN}.plist`, "/usr/local/etc/larder.json"];
  return ["/etc/larder.plist", "/etc/larder.json"];
}

/**
 * Loads, merges and checks the settings, and sends every request from now on the way they say.
 * @throws LarderError whose code begins with `CONFIG_`; `PROXY_INVALID`.
 */
export async function loadSettings(
  flags: SettingsFlags,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<LoadedSettings> {
  const path = flags.config ?? environment["LARDER_CONFIG"] ?? settingsPlaces().find((place) => existsSync(place));
  const layers: Layer[] = [];
  const managed = `/Library/Managed Preferences/${DOMAIN}.plist`;
  if (process.platform === "darwin" && existsSync(managed)) {
    layers.push({ origin: "managed profile", values: await readSettings(managed) });
  }
  layers.push({ origin: "command line", values: flags.stateDir === undefined ? {} : { stateDir: flags.stateDir } });
  layers.push({ origin: "environment", values: fromEnvironment(environment) });
  if (path !== undefined) layers.push({ origin: path, values: await readSettings(path) });
  const { values, origins } = mergeLayers(layers);
  const checked = validateSettings(larderOptions, values, path ?? "built-in defaults");
  const settings: Settings = {
    ...checked,
    server: checked.server ?? hostname().replace(/\.local$/, ""),
    stateDir: checked.stateDir ?? defaultStateDir(),
    timezone: checked.timezone ?? systemTimeZone(),
  };
  await useNetwork(settings.network, environment);
  return { settings, origins, path };
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, key] of Object.entries(SETTINGS_ENVIRONMENT)) {
    const value = environment[name];
    if (value !== undefined && value !== "") values[key] = value;
  }
  return values;
}

/** The state folder of a daemon that runs as root. */
export function systemStateDir(platform: NodeJS.Platform = process.platform): string {
  return platform === "darwin" ? "/Library/Application Support/larder" : "/var/lib/larder";
}

function defaultStateDir(): string {
  if (process.getuid?.() === 0) return systemStateDir();
  return process.platform === "darwin" ? join(homedir(), systemStateDir()) : join(homedir(), ".local/state/larder");
}
