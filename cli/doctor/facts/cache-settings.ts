/**
 * The settings of the cache as `AssetCacheManagerUtil -j settings` prints them, as far as they can hurt. Only the first
 * keys of a real answer are public: every key may be missing, and then Apple's default holds.
 *
 * @module
 */
import * as z from "zod";
import type { AddressRange } from "../../../precache/index.ts";

/** Undefined where the answer does not say. */
export interface CacheSettings {
  readonly dataPath: string | undefined;
  /** 0 is unlimited. */
  readonly limitBytes: number | undefined;
  readonly personal: boolean | undefined;
  readonly shared: boolean | undefined;
  readonly localSubnetsOnly: boolean | undefined;
  readonly listenRangesOnly: boolean | undefined;
  readonly listenRanges: readonly AddressRange[];
  readonly publicRanges: readonly AddressRange[];
  readonly peerLocalSubnetsOnly: boolean | undefined;
  readonly keepAwake: boolean | undefined;
  /** 0 is any. */
  readonly port: number | undefined;
}

const flag = z
  .union([z.boolean(), z.literal(0), z.literal(1)])
  .transform(Boolean)
  .optional()
  .catch(undefined);
const integer = z.number().int().optional().catch(undefined);
const range = z.object({ first: z.string().max(60), last: z.string().max(60) });
const ranges = z.array(range).max(1000).default([]).catch([]);

const settings = z.object({
  DataPath: z.string().startsWith("/").max(1000).optional().catch(undefined),
  CacheLimit: integer,
  AllowPersonalCaching: flag,
  AllowSharedCaching: flag,
  LocalSubnetsOnly: flag,
  ListenRangesOnly: flag,
  ListenRanges: ranges,
  PublicRanges: ranges,
  PeerLocalSubnetsOnly: flag,
  KeepAwake: flag,
  Port: integer,
});

/** The settings in an answer; undefined where it holds none. */
export function parseSettings(text: string): CacheSettings | undefined {
  // lines of log may come before it
  const start = text.search(/^[[{]/m);
  const answer = start < 0 ? undefined : jsonOf(text.slice(start));
  const [document] = Array.isArray(answer) ? (answer as unknown[]) : [answer];
  const parsed = settings.safeParse((document as { result?: unknown } | null | undefined)?.result);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  return {
    dataPath: data.DataPath,
    limitBytes: data.CacheLimit,
    personal: data.AllowPersonalCaching,
    shared: data.AllowSharedCaching,
    localSubnetsOnly: data.LocalSubnetsOnly,
    listenRangesOnly: data.ListenRangesOnly,
    listenRanges: data.ListenRanges,
    publicRanges: data.PublicRanges,
    peerLocalSubnetsOnly: data.PeerLocalSubnetsOnly,
    keepAwake: data.KeepAwake,
    port: data.Port,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
