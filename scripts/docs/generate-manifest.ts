/**
 * Writes deploy/profile/org.larder.plist from the schema of the settings: the manifest that profile editors read
 * (ProfileManifests, `pfm_format_version` 1).
 *
 * @module
 */
import { build } from "plist";
import { DOMAIN } from "../../cli/load-settings.ts";
import { DISCRIMINATORS, type SchemaNode, settingsSchema } from "./generate-settings-keys.ts";
import { type GeneratedPage, writeWhenStarted } from "./generated-page.ts";

/** A value a property list can hold. */
type PlistValue = string | number | boolean | Date | PlistValue[] | { [key: string]: PlistValue };
type PlistDictionary = Record<string, PlistValue>;

export const TITLE = "larder";
export const DESCRIPTION = "Settings of larder, which watches Apple content caches and fills them before people ask.";
/** Day of the last change that profile editors should notice. */
const LAST_MODIFIED = new Date("2026-11-20T00:00:00Z");

export const manifestPage: GeneratedPage = {
  path: `deploy/profile/${DOMAIN}.plist`,
  text: () => `${build(manifest() as never)}\n`,
};

/** The manifest as a dictionary. */
function manifest(): PlistDictionary {
  return {
    pfm_description: DESCRIPTION,
    pfm_domain: DOMAIN,
    pfm_format_version: 1,
    pfm_last_modified: LAST_MODIFIED,
    pfm_macos_min: "10.15",
    pfm_platforms: ["macOS"],
    pfm_targets: ["system", "system-managed"],
    pfm_title: TITLE,
    pfm_version: 1,
    pfm_subkeys: [...payloadKeys(), ...subkeys(settingsSchema())],
  };
}

/** The six every payload has, first and in this order. */
function payloadKeys(): PlistDictionary[] {
  const key = (name: string, title: string, fallback: PlistValue, type = "string"): PlistDictionary => ({
    pfm_name: name,
    pfm_title: title,
    pfm_description: title,
    pfm_type: type,
    pfm_default: fallback,
  });
  return [
    key("PayloadDescription", "Payload Description", DESCRIPTION),
    key("PayloadDisplayName", "Payload Display Name", TITLE),
    { ...key("PayloadIdentifier", "Payload Identifier", DOMAIN), pfm_require: "always" },
    { ...key("PayloadType", "Payload Type", DOMAIN), pfm_require: "always" },
    { ...key("PayloadUUID", "Payload UUID", ""), pfm_require: "always" },
    { ...key("PayloadVersion", "Payload Version", 1, "integer"), pfm_require: "always" },
  ];
}

function subkeys(node: SchemaNode): PlistDictionary[] {
  return Object.entries(node.properties ?? {}).map(([name, child]) => ({
    pfm_name: name,
    pfm_title: titleOf(name),
    ...subkey(child),
    ...(node.required?.includes(name) === true ? { pfm_require: "always" } : {}),
  }));
}

function subkey(node: SchemaNode): PlistDictionary {
  const type = pfmType(node);
  const key: PlistDictionary = { pfm_type: type };
  if (node.description !== undefined) key["pfm_description"] = node.description;
  if (isScalar(node.default)) key["pfm_default"] = node.default;
  if (node.enum !== undefined) key["pfm_range_list"] = [...node.enum];
  if (type === "integer" && node.minimum !== undefined) key["pfm_range_min"] = node.minimum;
  if (type === "integer" && node.maximum !== undefined) key["pfm_range_max"] = node.maximum;
  if (type === "array" && node.items !== undefined) {
    key["pfm_subkeys"] = [{ pfm_name: "item", pfm_title: "Item", ...subkey(merged(node.items)) }];
  } else if (type === "dictionary") {
    const whole = merged(node);
    key["pfm_subkeys"] = whole.properties === undefined ? freeKeys() : subkeys(whole);
  }
  return key;
}

/** A dictionary whose keys the admin names: editors know these two placeholders. */
function freeKeys(): PlistDictionary[] {
  return [
    { pfm_name: "{{key}}", pfm_title: "Name", pfm_type: "string" },
    { pfm_name: "{{value}}", pfm_title: "Value", pfm_type: "string" },
  ];
}

/** Choices as one dictionary that has the keys of all; what only some need is needed by none. */
export function merged(node: SchemaNode): SchemaNode {
  const choices = node.oneOf ?? node.anyOf;
  if (choices === undefined) return node;
  if (node.anyOf?.some(({ type }) => type === "string") === true && !isSecret(node)) return { type: "string" };
  const properties: Record<string, SchemaNode> = {};
  for (const name of new Set(choices.flatMap((choice) => Object.keys(choice.properties ?? {})))) {
    const owners = choices.filter((choice) => choice.properties?.[name] !== undefined);
    const [child = {}] = owners.map((choice) => choice.properties?.[name] ?? {});
    const kinds = owners.map(kindOf).filter((kind) => kind !== undefined);
    const partly = owners.length < choices.length && child.description !== undefined && kinds.length > 0;
    properties[name] = partly ? { ...child, description: `${kinds.join(", ")}: ${child.description}` } : child;
  }
  const required = Object.keys(properties).filter((name) => choices.every((choice) => choice.required?.includes(name)));
  for (const name of DISCRIMINATORS) {
    const kinds = choices.flatMap(({ properties: own }) => own?.[name]?.const ?? []).map(String);
    if (kinds.length > 0) properties[name] = { type: "string", enum: kinds };
  }
  return { type: "object", properties, required };
}

/** Which kind of entry a choice is. */
function kindOf({ properties }: SchemaNode): string | undefined {
  const word = DISCRIMINATORS.map((name) => properties?.[name]?.const).find((value) => value !== undefined);
  return word === undefined ? undefined : String(word);
}

/** Text, or where to read it: in a profile it is better read from a file. */
function isSecret(node: SchemaNode): boolean {
  return node.anyOf?.some(({ properties }) => properties?.["file"] !== undefined) === true;
}

export function pfmType(node: SchemaNode): string {
  if (isSecret(node) || node.oneOf !== undefined) return "dictionary";
  if (node.anyOf !== undefined || Array.isArray(node.type)) return "string";
  if (node.type === "object") return "dictionary";
  if (node.type === "number") return "real";
  return typeof node.type === "string" ? node.type : "string";
}

export function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** `keepDays` as people read it: `Keep Days`. */
export function titleOf(name: string): string {
  const words = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

writeWhenStarted(import.meta, manifestPage);
