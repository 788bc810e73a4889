/**
 * Where an installed larder lies.
 *
 * @module
 */
import { join } from "node:path";
import { settingsPlaces, systemStateDir } from "../../load-settings.ts";

export interface InstallPlaces {
  readonly program: string;
  /** The link that makes the program a command. */
  readonly command: string;
  /** The state folder of a daemon, unless the settings name another. */
  readonly stateDir: string;
  /** Settings of the whole computer. */
  readonly settings: readonly string[];
  /** Where logs are, and how their names begin; undefined where the system keeps them. */
  readonly logs: { readonly folder: string; readonly prefix: string } | undefined;
  /** What turns the logs over; undefined where the system does. */
  readonly rotation: { readonly from: string; readonly to: string } | undefined;
  /** Folders of others that come into being with larder; they go again where nothing else is in them. */
  readonly made: readonly string[];
  readonly pidFiles: { readonly folder: string; readonly prefix: string };
}

/** @param root the folder to install below: `/`, or one for a try */
export function placesOn(platform: NodeJS.Platform, root: string): InstallPlaces {
  const at = (path: string): string => join(root, path);
  const shared = {
    program: at("/usr/local/larder"),
    command: at("/usr/local/bin/larder"),
    stateDir: at(systemStateDir(platform)),
    settings: settingsPlaces(platform).map(at),
    pidFiles: { folder: at("/var/run"), prefix: "larder-" },
  };
  if (platform !== "darwin") return { ...shared, logs: undefined, rotation: undefined, made: [] };
  const rotation = { from: "deploy/newsyslog/org.larder.conf", to: at("/private/etc/newsyslog.d/org.larder.conf") };
  return { ...shared, logs: { folder: at("/var/log"), prefix: "larder" }, rotation, made: [at("/usr/local/bin")] };
}
