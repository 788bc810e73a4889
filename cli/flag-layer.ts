/**
 * Flags as a layer of the settings.
 *
 * @module
 */
import { type Layer, type RawSettings, withValue } from "../core/config/config.ts";

/** A flag that sets a key of the settings. */
export interface KeyFlag {
  /** `report.language`. */
  readonly key: string;
  /** `--language`. */
  readonly flag: string;
  /** Undefined where the flag was not given. */
  readonly value: unknown;
}

/** The layer of flags that each set one key; their values are checked where all settings are. */
export function layerOfKeyFlags(flags: readonly KeyFlag[]): Layer {
  const given = flags.filter(({ value }) => value !== undefined);
  return {
    kind: "flag",
    name: "command line",
    values: given.reduce<RawSettings>((values, { key, value }) => withValue(values, key.split("."), value), {}),
    names: Object.fromEntries(given.map(({ key, flag }) => [key, flag])),
  };
}

/** A number where a flag has one; else its text, which is complained about where all settings are checked. */
export function wholeNumber(text: string | undefined): number | string | undefined {
  return text === undefined || !/^\d+$/.test(text) ? text : Number(text);
}
