/**
 * Who wins: layers of settings as data, and the one rule that merges them.
 *
 * Order, first hit wins: managed profile (an administrator forced it), command line, environment, file, built-in
 * default. Dictionaries are merged key by key, everything else is taken whole. Of keys that mean the same thing
 * (`password`, `passwordFile`) the one in the strongest layer holds. Pure.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import type * as z from "zod";
import { alternativesTo, isDictionarySchema, schemaOfKey, valueKind } from "./setting-keys.ts";

/** Settings as read, before anybody has looked at them. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** Kinds of layers, strongest first. */
const LAYER_KINDS = ["profile", "flag", "environment", "file", "default"] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

/** Where a value comes from. */
export interface Origin {
  readonly kind: LayerKind;
  /** A flag (`--budget`), a variable (`LARDER_SERVER`) or a file's path. */
  readonly name: string;
  /** The key that a flag or a variable sets as a whole; values below it are parts of what it says. */
  readonly key?: string;
}

/** One layer of settings. */
export interface Layer {
  readonly kind: LayerKind;
  /** The file's path; for flags and variables, what has no entry in `names`. */
  readonly name: string;
  readonly values: RawSettings;
  /** The flag or variable that sets a key, by the key's path. */
  readonly names?: Readonly<Record<string, string>>;
  /** Keys of weaker layers that this one takes away without setting them: what else was wanted, say. */
  readonly clears?: readonly string[];
  /** Lists of weaker layers that stay, as far as their entries pass; this layer's own entries come after them. */
  readonly keeps?: Readonly<Record<string, (entry: unknown) => boolean>>;
}

/** Where each value that was set comes from, by its path: `journal.keepDays`, `sinks`, `precache.catalogs[1]`. */
export type Origins = Readonly<Record<string, Origin>>;

/** A flag that says nothing, because a profile forces its key. */
export interface Overruled {
  readonly path: string;
  readonly flag: Origin;
  readonly by: Origin;
}

export interface Merged {
  readonly values: RawSettings;
  readonly origins: Origins;
  readonly overruled: readonly Overruled[];
}

/** The origin of what no layer sets. */
export const DEFAULT_ORIGIN: Origin = { kind: "default", name: "default" };

/**
 * Merges layers.
 * @param layers in any order: their kinds say which is stronger; of two of one kind, the first
 */
export function mergeLayers(layers: readonly Layer[], schema?: z.ZodType): Merged {
  const strength = (layer: Layer): number => LAYER_KINDS.indexOf(layer.kind);
  const weakestFirst = [...layers].sort((a, b) => strength(a) - strength(b)).reverse();
  const merge = new Merge();
  let values: RawSettings = {};
  for (const layer of weakestFirst) {
    for (const path of layer.clears ?? []) values = merge.without(values, path.split("."), layer);
    for (const [path, keep] of Object.entries(layer.keeps ?? {}))
      values = merge.filtered(values, path.split("."), keep);
    values = merge.overlay({ below: values, over: layer.values, layer, path: "", schema });
  }
  return { values, origins: merge.origins, overruled: merge.overruled };
}

/** The origin of a value: its own, that of the list it was set with, or that of something in it. */
export function originOf(origins: Origins, path: string): Origin {
  for (let at = path; at !== ""; at = parentOf(at)) {
    const origin = origins[at];
    if (origin !== undefined) return origin;
  }
  const inside = Object.keys(origins).find((at) => at.startsWith(`${path}.`));
  return (inside === undefined ? undefined : origins[inside]) ?? DEFAULT_ORIGIN;
}

/** An origin in a word or two: `--budget`, `LARDER_SERVER`, `/etc/larder.json`, `managed profile`, `default`. */
export function originText({ kind, name }: Origin): string {
  return kind === "profile" ? "managed profile" : name;
}

/** Settings with a value set at a path. */
export function withValue(values: RawSettings, [key = "", ...rest]: readonly string[], value: unknown): RawSettings {
  if (rest.length === 0) return { ...values, [key]: value };
  return { ...values, [key]: withValue((values[key] ?? {}) as RawSettings, rest, value) };
}

interface Overlay {
  readonly below: RawSettings;
  readonly over: RawSettings;
  readonly layer: Layer;
  readonly path: string;
  readonly schema: z.ZodType | undefined;
}

/** The books of one merge. */
class Merge {
  readonly origins: Record<string, Origin> = Object.create(null) as Record<string, Origin>;
  readonly overruled: Overruled[] = [];

  overlay({ below, over, layer, path, schema }: Overlay): RawSettings {
    const merged: Record<string, unknown> = { ...below };
    for (const [key, value] of Object.entries(over)) {
      if (value === undefined) continue;
      const place = path === "" ? key : `${path}.${key}`;
      for (const other of alternativesTo(schema, key)) {
        // two in one layer contradict each other; the schema says so
        if (over[other] !== undefined || merged[other] === undefined) continue;
        this.#forget(path === "" ? other : `${path}.${other}`, layer, undefined);
        delete merged[other];
      }
      const child = schemaOfKey(schema, key);
      const beneath = merged[key];
      if (isDictionary(value) && mergesByKey(child)) {
        if (!isDictionary(beneath)) this.#forget(place, layer, value);
        if (child === undefined && Object.keys(value).length === 0) this.origins[place] = originIn(layer, place);
        const inner = isDictionary(beneath) ? beneath : {};
        merged[key] = this.overlay({ below: inner, over: value, layer, path: place, schema: child });
      } else if (layer.keeps?.[place] !== undefined && Array.isArray(value) && Array.isArray(beneath)) {
        merged[key] = [...beneath, ...value];
        for (const i of value.keys()) this.origins[`${place}[${beneath.length + i}]`] = originIn(layer, place);
      } else {
        // a flag that says the same is not overruled
        if (isDeepStrictEqual(beneath, value)) this.#drop(place);
        else this.#forget(place, layer, value);
        merged[key] = value;
        this.origins[place] = originIn(layer, place);
      }
    }
    return merged;
  }

  /** The settings without a key. */
  without(values: RawSettings, [key = "", ...rest]: readonly string[], layer: Layer, path = ""): RawSettings {
    if (!Object.hasOwn(values, key)) return values;
    const place = path === "" ? key : `${path}.${key}`;
    const { [key]: taken, ...others } = values;
    if (rest.length === 0) {
      this.#forget(place, layer, undefined);
      return others;
    }
    return isDictionary(taken) ? { ...values, [key]: this.without(taken, rest, layer, place) } : values;
  }

  /** The settings with some entries of a list left out; those that stay keep their origins. */
  filtered(
    values: RawSettings,
    [key = "", ...rest]: readonly string[],
    keep: (entry: unknown) => boolean,
    path = "",
  ): RawSettings {
    const place = path === "" ? key : `${path}.${key}`;
    const below = Object.hasOwn(values, key) ? values[key] : undefined;
    if (rest.length > 0)
      return isDictionary(below) ? { ...values, [key]: this.filtered(below, rest, keep, place) } : values;
    if (!Array.isArray(below)) return values;
    const origins = below.map((_, i) => originOf(this.origins, `${place}[${i}]`));
    this.#drop(place);
    const kept = [...below.keys()].filter((i) => keep(below[i]));
    for (const [i, old] of kept.entries()) this.origins[`${place}[${i}]`] = origins[old] ?? DEFAULT_ORIGIN;
    return { ...values, [key]: kept.map((i) => below[i]) };
  }

  /** Forgets where what was at a place came from, and notes flags that are overruled there. */
  #forget(place: string, layer: Layer, value: unknown): void {
    for (const [path, origin] of this.#drop(place)) {
      if (origin.kind !== "flag" || layer.kind === "flag") continue;
      const by = originIn(layer, value === undefined ? path : place);
      if (!this.overruled.some(({ flag }) => flag.name === origin.name))
        this.overruled.push({ path, flag: origin, by });
    }
  }

  #drop(place: string): [string, Origin][] {
    const gone = Object.entries(this.origins).filter(
      ([path]) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`),
    );
    for (const [path] of gone) delete this.origins[path];
    return gone;
  }
}

/** The origin of a key in a layer: the flag or variable that names it or a dictionary around it, or the layer. */
function originIn({ kind, name, names = {} }: Layer, path: string): Origin {
  for (let at = path; at !== ""; at = parentOf(at)) {
    const own = Object.hasOwn(names, at) ? names[at] : undefined;
    if (own !== undefined) return { kind, name: own, key: at };
  }
  return { kind, name };
}

/** `a.b[0]` ▶ `a.b` ▶ `a` ▶ "". */
function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("."), path.lastIndexOf("[")));
}

/** What no schema knows is merged too: the complaint about it names the layer all the same. */
function mergesByKey(schema: z.ZodType | undefined): boolean {
  return schema === undefined || isDictionarySchema(schema) || valueKind(schema) === "record";
}

function isDictionary(value: unknown): value is RawSettings {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
