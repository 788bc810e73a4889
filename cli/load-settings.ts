/**
 * The whole of larder's settings: the rooms' shapes under one roof, where they are looked for, and what holds.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { type WatchOptions, watchOptions } from "../alerts/options.ts";
import { type CollectorOptions, collectorShape } from "../collector/options.ts";
import {
  type Environment,
  environmentLayer,
  type Layer,
  type Origins,
  originText,
  readSettings,
  resolveSettings,
} from "../core/config/config.ts";
import { type NetworkOptions, networkSchema, useNetwork } from "../core/http/http.ts";
import { systemTimeZone } from "../core/time/local-days.ts";
import { type PrecacheOptions, precacheShape } from "../precache/options.ts";
import { type ReportOptions, reportOptions } from "../report/options.ts";
import { layerOfKeyFlags } from "./flag-layer.ts";
import { printError } from "./output.ts";
import { type ServeOptions, serveOptions } from "./serve-options.ts";
import { CONFIG_VARIABLE } from "./variables.ts";

/** The preference domain of profiles and of /Library/Preferences. */
export const DOMAIN = "org.larder";

/** Every key there is. */
export const larderOptions = z.strictObject({
  ...collectorShape,
  ...precacheShape,
  network: networkSchema.prefault({}),
  report: reportOptions.prefault({}).describe("reports"),
  serve: serveOptions.prefault({}).describe("the live page and /metrics"),
  alerts: watchOptions.prefault({}).describe("alerts of larder's own"),
});

/** Settings ready to use: nothing left to default. */
export type Settings = CollectorOptions & {
  readonly network: NetworkOptions;
  readonly precache: PrecacheOptions;
  readonly report: ReportOptions;
  readonly serve: ServeOptions;
  readonly alerts: WatchOptions;
  readonly server: string;
  readonly stateDir: string;
  readonly timezone: string;
};

export interface LoadedSettings {
  readonly settings: Settings;
  /** Origin of every value that was set somewhere. */
  readonly origins: Origins;
  /** The file that was read, if any. */
  readonly path: string | undefined;
}

/** Flags that every command with settings has. */
export interface SettingsFlags {
  readonly config?: string;
  readonly stateDir?: string;
}

/** Where else settings come from, beside the file. */
export interface SettingsSources {
  /** Default `process.env`. */
  readonly environment?: Environment;
  /** Layers of a command: what its own flags set, files they name. */
  readonly layers?: readonly Layer[];
  /** Where macOS keeps what an MDM forces; undefined on other systems. */
  readonly managedPlace?: string | undefined;
}

/** Files looked for without --config; the first that is there is read. */
export function settingsPlaces(platform: NodeJS.Platform = process.platform): string[] {
  if (platform === "darwin") return [`/Library/Preferences/${DOMAIN}.plist`, "/usr/local/etc/larder.json"];
  return ["/etc/larder.plist", "/etc/larder.json"];
}

/** Where macOS keeps the settings that a profile forces; undefined on other systems. */
export function managedPlace(platform: NodeJS.Platform = process.platform): string | undefined {
  return platform === "darwin" ? `/Library/Managed Preferences/${DOMAIN}.plist` : undefined;
}

/**
 * Loads, merges and checks the settings, and sends every request from now on the way they say. Of a flag that a profile
 * overrules it says so, on standard error.
 * @throws LarderError whose code begins with `CONFIG_`; `USAGE` when flags alone are wrong; `PROXY_INVALID`.
 */
export async function loadSettings(flags: SettingsFlags, sources: SettingsSources = {}): Promise<LoadedSettings> {
  const { path, layers, unread } = await readLayers(flags, sources);
  if (unread.length > 0) throw unread[0];
  const { settings, origins, overruled } = resolveSettings(larderOptions, layers);
  for (const { flag, by } of overruled) {
    printError(`warning: ${flag.name} is set by the ${originText(by)}; the flag is ignored`);
  }
  await useNetwork(settings.network, sources.environment);
  return { settings: withPlaces(settings), origins, path };
}

/** The layers of settings, those that can be read. */
interface ReadLayers {
  /** The file that was looked for, if any. */
  readonly path: string | undefined;
  /** Profile and file, those that are there. */
  readonly places: readonly string[];
  readonly layers: readonly Layer[];
  /** Why files could not be read: `CONFIG_MISSING`, `CONFIG_UNREADABLE`, `CONFIG_SYNTAX`. */
  readonly unread: readonly unknown[];
}

/** Reads the layers, without a look at what they say. */
export async function readLayers(flags: SettingsFlags, sources: SettingsSources = {}): Promise<ReadLayers> {
  const { environment = process.env, layers = [] } = sources;
  const managed = "managedPlace" in sources ? sources.managedPlace : managedPlace();
  const path = flags.config ?? environment[CONFIG_VARIABLE] ?? settingsPlaces().find((place) => existsSync(place));
  const unread: unknown[] = [];
  const read = async (kind: "profile" | "file", file: string): Promise<Layer[]> =>
    await fileLayer(kind, file).then(
      (layer) => [layer],
      (error: unknown) => {
        unread.push(error);
        return [];
      },
    );
  const found = [
    ...(managed !== undefined && existsSync(managed) ? await read("profile", managed) : []),
    layerOfKeyFlags([{ key: "stateDir", flag: "--state-dir", value: flags.stateDir }]),
    ...layers,
    environmentLayer(larderOptions, environment),
    ...(path === undefined ? [] : await read("file", path)),
  ];
  const places = [managed, path].filter((place) => place !== undefined && existsSync(place)) as string[];
  return { path, places, layers: found, unread };
}

async function fileLayer(kind: "profile" | "file", path: string): Promise<Layer> {
  return { kind, name: path, values: await readSettings(path) };
}

/** Settings with the defaults that depend on the machine. */
export function withPlaces(settings: z.output<typeof larderOptions>): Settings {
  return {
    ...settings,
    server: settings.server ?? hostname().replace(/\.local$/, ""),
    stateDir: settings.stateDir ?? defaultStateDir(),
    timezone: settings.timezone ?? systemTimeZone(),
  };
}

/** The state folder of a daemon that runs as root. */
export function systemStateDir(platform: NodeJS.Platform = process.platform): string {
  return platform === "darwin" ? "/Library/Application Support/larder" : "/var/lib/larder";
}

function defaultStateDir(): string {
  if (process.getuid?.() === 0) return systemStateDir();
  return process.platform === "darwin" ? join(homedir(), systemStateDir()) : join(homedir(), ".local/state/larder");
}
