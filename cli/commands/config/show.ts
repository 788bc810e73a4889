/**
 * What `larder config check` and `larder config show` do.
 *
 * @module
 */

import { basename } from "node:path";
import { type Origin, originOf, originText, Secret } from "../../../core/config/config.ts";
import { countText } from "../../../core/words/amounts.ts";
import { examineAll } from "../../examine-settings.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { findingAnswer, findingText } from "../../finding-text.ts";
import { loadSettings, type Settings, settingsPlaces } from "../../load-settings.ts";
import { print, printJson, tableWidth, terminalWidth } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { table } from "../../table.ts";

/**
 * Prints all that is wrong with the settings, or that nothing is.
 * @throws ExitWith when they cannot be used: with the code of a wrong command line where flags alone are wrong
 */
export async function configCheck(flags: SettingsCommandFlags): Promise<void> {
  const { path, places, settings, findings } = await examineAll(flags);
  const bad = findings.filter(({ level }) => level === "bad");
  if (flags.json === true) {
    printJson({ ok: bad.length === 0, path: path ?? null, findings: findings.map(findingAnswer) });
  } else {
    for (const finding of findings) print(findingText(finding, Math.min(terminalWidth(), 100)).join("\n"));
    if (bad.length === 0) print(rightText(places, settings));
  }
  if (bad.length > 0) throw new ExitWith(bad.every(({ id }) => id === "usage") ? ExitCode.usage : ExitCode.config);
}

function rightText(places: readonly string[], settings: Settings | undefined): string {
  if (places.length === 0) return `No settings file; the defaults hold. Looked for: ${settingsPlaces().join(", ")}`;
  return `${places.join(", ")}: all right. Server "${settings?.server}", ${countText(settings?.sinks.length ?? 0, "sink")}.`;
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
