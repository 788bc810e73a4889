/**
 * The keys of a schema of settings: which there are, what lies under their wrappers, which of them mean the same thing.
 *
 * @module
 */
import * as z from "zod";
import { isSecretSchema, secretKeys } from "./secret.ts";

/** A key that holds a value of its own; the dictionaries around it are in its path. */
export interface SettingKey {
  /** `journal.keepDays`. */
  readonly path: string;
  readonly schema: z.ZodType;
}

/** Every key outside lists and outside dictionaries whose keys the admin names. */
export function settingKeys(schema: z.ZodType, prefix = ""): SettingKey[] {
  return shapesOf(schema).flatMap((shape) =>
    Object.entries(shape).flatMap(([name, child]) => {
      const path = `${prefix}${name}`;
      return isDictionarySchema(child) ? settingKeys(child, `${path}.`) : [{ path, schema: child }];
    }),
  );
}

/** The schema of a key in a dictionary; undefined where the schema knows no such key. */
export function schemaOfKey(schema: z.ZodType | undefined, key: string): z.ZodType | undefined {
  return shapesOf(schema).find((shape) => Object.hasOwn(shape, key))?.[key];
}

/** Whether values of this schema are merged key by key. A secret is not, whatever it looks like. */
export function isDictionarySchema(schema: z.ZodType): boolean {
  return !isSecretSchema(schema) && shapesOf(schema).length > 0;
}

/**
 * Keys beside this one of which only one can hold: the flat forms of a secret, and what a schema names with
 * `.meta({ insteadOf: "key" })`. Setting one of them in a stronger layer replaces the others.
 */
export function alternativesTo(schema: z.ZodType | undefined, key: string): string[] {
  const groups = shapesOf(schema).flatMap((shape) =>
    Object.entries(shape).flatMap(([name, child]) => {
      if (isSecretSchema(child)) return [secretKeys(name)];
      const other = child.meta()?.["insteadOf"];
      return typeof other === "string" ? [[name, other]] : [];
    }),
  );
  return groups.filter((group) => group.includes(key)).flatMap((group) => group.filter((name) => name !== key));
}

/** The keys a schema knows at a path into a value. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const part of path) {
    const def = definition(at);
    if (def["shape"] !== undefined) at = (def["shape"] as Record<PropertyKey, unknown>)[part];
    else at = def["element"] ?? def["valueType"];
  }
  return [...new Set(shapesOf(at).flatMap((shape) => Object.keys(shape)))];
}

/** The kind of value a schema takes, in zod's word: `string`, `array`. */
export function valueKind(schema: z.ZodType): unknown {
  return definition(schema)["type"];
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** The keys of a dictionary, or of each dictionary of a choice. */
function shapesOf(schema: unknown): Shape[] {
  if (schema === undefined) return [];
  const def = definition(schema);
  const choices = Array.isArray(def["options"]) ? def["options"].map(definition) : [def];
  return choices.flatMap(({ shape }) => (shape === undefined ? [] : [shape as Shape]));
}

/** The definition of a schema under its optional, default and preprocessing wrappers. */
function definition(schema: unknown): Record<string, unknown> {
  let def = defOf(schema);
  for (let wrapped = wrappedIn(def); wrapped !== undefined; wrapped = wrappedIn(def)) def = defOf(wrapped);
  return def;
}

function wrappedIn(def: Record<string, unknown>): unknown {
  return def["innerType"] ?? (defOf(def["in"])["type"] === "transform" ? def["out"] : def["in"]);
}

function defOf(schema: unknown): Record<string, unknown> {
  return schema instanceof z.ZodType ? (schema.def as unknown as Record<string, unknown>) : {};
}
