/**
 * What `larder config check` and `larder config show` do.
 *
 * @module
 */
import { basename } from "node:path";
import { checkUse } from "../../../collector/index.ts";
import { mistypedVariables, type Origin, originOf, originText, Secret } from "../../../core/config/config.ts";
import { openLog } from "../../log.ts";
import { print, printError, printJson, tableWidth } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { table } from "../../table.ts";
import { OTHER_VARIABLES } from "../../variables.ts";
import { larderOptions, loadSettings, settingsPlaces } from "./check.ts";

/** Loads the settings and tries what they name; what is wrong is thrown with its place. */
export async function configCheck(flags: SettingsCommandFlags): Promise<void> {
  const { path, settings } = await loadSettings(flags);
  const read = [...OTHER_VARIABLES, ...secretVariables(settings)];
  for (const { name, meant } of mistypedVariables(larderOptions, process.env, read)) {
    printError(`warning: nothing reads the environment variable ${name}; did you mean ${meant}?`);
  }
  await checkUse(settings, await openLog("warn"));
  if (flags.json === true) printJson({ ok: true, path: path ?? null });
  else if (path === undefined) print(`No settings file; the defaults hold. Looked for: ${settingsPlaces().join(", ")}`);
  else print(`${path}: all right. Server "${settings.server}", ${settings.sinks.length} sinks.`);
}

/** The variables that secrets are read from. */
function secretVariables(value: unknown): string[] {
  if (value instanceof Secret) return value.variable === undefined ? [] : [value.variable];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretVariables) : [];
}

/** Prints every setting that holds, with its origin; secrets are not shown. */
export async function configShow(flags: SettingsCommandFlags): Promise<void> {
  const { settings, origins, path } = await loadSettings(flags);
  const rows = flatten(settings, "").map(([key, value]) => ({ key, value, origin: originOf(origins, key) }));
  if (flags.json === true) {
    const values = rows.map(({ key, value, origin }) => [
      key,
      { value, layer: origin.kind, origin: origin.kind === "profile" ? origin.name : originText(origin) },
    ]);
    printJson({ path: path ?? null, settings: Object.fromEntries(values) });
    return;
  }
  print(showText(rows, tableWidth()));
}

/** What a value is never cut below. */
const MIN_VALUE = "(secret)".length;

/** A setting that holds. */
export interface ShownSetting {
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** The files that were read, then a line for each setting; in a terminal, long values are cut to its width. */
export function showText(rows: readonly ShownSetting[], width: number): string {
  const files = new Map(
    rows.flatMap(({ origin }) => (isFile(origin) ? [[`${shortOrigin(origin)}  `, origin.name] as const] : [])),
  );
  const widest = (texts: Iterable<string>): number => Math.max(0, ...[...texts].map((text) => text.length));
  const named = widest(files.keys());
  const beside = width - widest(rows.map(({ key }) => key)) - 4;
  const from = Math.min(beside - MIN_VALUE, widest(rows.map(({ origin }) => shortOrigin(origin))));
  const settings = table(rows, [
    { title: "setting", value: ({ key }) => key },
    { title: "value", value: ({ value }) => String(value), maxWidth: Math.max(MIN_VALUE, beside - from) },
    { title: "from", value: ({ origin }) => shortOrigin(origin), maxWidth: Math.max(MIN_VALUE, from) },
  ]);
  const head = [...files].map(([name, path]) => `${name.padEnd(named)}${path}`);
  return [...head, ...(head.length === 0 ? [] : [""]), settings].join("\n");
}

function isFile({ kind }: Origin): boolean {
  return kind === "file" || kind === "profile";
}

/** A flag, a variable, `profile`, or a file's name without its folder. */
function shortOrigin(origin: Origin): string {
  if (origin.kind === "profile") return "profile";
  return origin.kind === "file" ? basename(origin.name) : originText(origin);
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
