/**
 * What `larder config check` and `larder config show` do.
 *
 * @module
 */
import { checkUse } from "../../../collector/index.ts";
import { Secret } from "../../../core/config/secret.ts";
import { createLog } from "../../../core/log.ts";
import { print, printJson, table } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { loadSettings, settingsPlaces } from "./check.ts";

/** Loads the settings and tries what they name; what is wrong is thrown with its place. */
export async function configCheck(flags: SettingsCommandFlags): Promise<void> {
  const { path, settings } = await loadSettings(flags);
  await checkUse(settings, await createLog("warn"));
  if (flags.json === true) printJson({ ok: true, path: path ?? null });
  else if (path === undefined) print(`No settings file; the defaults hold. Looked for: ${settingsPlaces().join(", ")}`);
  else print(`${path}: all right. Server "${settings.server}", ${settings.sinks.length} sinks.`);
}

/** Prints every setting that holds, with its origin; secrets are not shown. */
export async function configShow(flags: SettingsCommandFlags): Promise<void> {
  const { settings, origins, path } = await loadSettings(flags);
  const rows = flatten(settings, "").map(([key, value]) => ({ key, value, origin: originOf(key, origins) }));
  if (flags.json === true) {
    printJson({
      path: path ?? null,
      settings: Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }])),
    });
    return;
  }
  print(
    table(rows, [
      { title: "setting", value: ({ key }) => key },
      { title: "value", value: ({ value }) => String(value), maxWidth: 60 },
      { title: "from", value: ({ origin }) => origin, maxWidth: 40 },
    ]),
  );
}

function flatten(value: unknown, path: string): [string, unknown][] {
  if (value === undefined) return [];
  if (value instanceof Secret) return [[path, secretText(value)]];
  if (typeof value !== "object" || value === null) return [[path, value]];
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`,
    item,
  ]);
  return entries.flatMap(([key, item]) => flatten(item, key));
}

/** That there is one and where it is read, never what it is. */
function secretText(secret: Secret): string {
  return secret.origin === undefined ? String(secret) : `${secret}, from ${secret.origin}`;
}

/** A list is set as a whole, so its entries come from where the list does. */
function originOf(key: string, origins: Readonly<Record<string, string>>): string {
  return origins[key] ?? origins[key.replace(/\[.*$/, "")] ?? "default";
}
