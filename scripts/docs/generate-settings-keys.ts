/**
 * Every key of the settings, read from their schema: what the settings page and the profile manifest are made of.
 *
 * @module
 */
import * as z from "zod";
import { larderOptions } from "../../cli/load-settings.ts";

/** The part of a JSON schema that is used here. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** One key. */
export interface SettingKey {
  /** `precache.devices[].token`. */
  readonly path: string;
  /** Of entries that come in kinds (devices, catalogues): which kind it belongs to; else "". */
  readonly kind: string;
  readonly type: string;
  readonly required: boolean;
  /** The default as text; "" where there is none. */
  readonly fallback: string;
  readonly meaning: string;
}

/** Keys that say which kind an entry of a list is of. */
export const DISCRIMINATORS = ["kind", "type"] as const;

/** The schema of everything a settings file may hold. */
export function settingsSchema(): SchemaNode {
  return z.toJSONSchema(larderOptions, { io: "input", unrepresentable: "any" }) as SchemaNode;
}

/** Every key, in the order of the schema. */
export function settingsKeys(): SettingKey[] {
  return keysOf(settingsSchema(), "", "");
}

function keysOf(node: SchemaNode, prefix: string, kind: string): SettingKey[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = `${prefix}${name}`;
    const required = node.required?.includes(name) === true;
    return [...own(path, kind, child, required), ...below(path, kind, child)];
  });
}

/** The line of a key itself; a plain dictionary needs none, its keys say it all. */
function own(path: string, kind: string, node: SchemaNode, required: boolean): SettingKey[] {
  if (node.properties !== undefined && node.description === undefined) return [];
  const said =
    node.const === undefined ? node.description : (node.description ?? "Says that the entry is of this kind");
  const meaning = `${said ?? ""}${rangeText(node)}`;
  return [{ path, kind, type: typeText(node), required, fallback: fallbackText(node), meaning }];
}

function below(path: string, kind: string, node: SchemaNode): SettingKey[] {
  if (node.properties !== undefined) return keysOf(node, `${path}.`, kind);
  const items = node.items;
  if (items === undefined) return [];
  const choices = (items.oneOf ?? items.anyOf ?? [items]).filter(({ properties }) => properties !== undefined);
  return choices.flatMap((choice) => {
    const word = DISCRIMINATORS.map((name) => choice.properties?.[name]?.const).find(
      (value) => typeof value === "string",
    );
    return keysOf(choice, `${path}[].`, typeof word === "string" ? word : kind);
  });
}

function typeText(node: SchemaNode): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((word) => `\`${word}\``).join(", ");
  if (node.type === "array") return `list of ${listed(node.items)}`;
  if (node.type === "object") return "dictionary";
  const choices = node.anyOf ?? node.oneOf;
  if (choices !== undefined) return [...new Set(choices.map(choiceText))].join(" or ");
  const types = typeof node.type === "string" ? [node.type] : (node.type ?? ["text"]);
  return types.map((type) => WORDS[type] ?? type).join(" or ");
}

const WORDS: Readonly<Record<string, string>> = { string: "text", boolean: "yes or no", integer: "whole number" };

function choiceText(node: SchemaNode): string {
  const keys = Object.keys(node.properties ?? {});
  return keys.length > 0 && keys.length < 3 ? `{${keys.join(", ")}}` : typeText(node);
}

function listed(items: SchemaNode | undefined): string {
  if (items === undefined) return "anything";
  if (items.oneOf !== undefined) return `dictionaries, each of a \`${discriminatorOf(items.oneOf)}\``;
  if (items.enum !== undefined) return typeText(items);
  if (items.type === "object") return "dictionaries";
  return items.anyOf === undefined ? "texts" : "texts or dictionaries";
}

function discriminatorOf(choices: readonly SchemaNode[]): string {
  return DISCRIMINATORS.find((name) => choices[0]?.properties?.[name]?.const !== undefined) ?? "kind";
}

function fallbackText(node: SchemaNode): string {
  if (node.default === undefined || node.const !== undefined) return "";
  if (Array.isArray(node.default) && node.default.length === 0) return "none";
  if (typeof node.default === "object") return Array.isArray(node.default) ? `\`${JSON.stringify(node.default)}\`` : "";
  return `\`${String(node.default)}\``;
}

function rangeText({ type, minimum, maximum, exclusiveMinimum }: SchemaNode): string {
  if (type !== "integer" && type !== "number") return "";
  const low = minimum ?? (exclusiveMinimum === undefined ? undefined : `above ${exclusiveMinimum}`);
  if (low === undefined && maximum === undefined) return "";
  if (maximum === undefined) return ` (at least ${low})`;
  return low === undefined ? ` (at most ${maximum})` : ` (${low} to ${maximum})`;
}
