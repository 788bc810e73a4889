/**
 * The status of a cache, exact: what `parseStatus` makes of any form Apple's tools have had.
 *
 * Every key is optional in Apple's documents; a value of the wrong type counts as missing. Meanings and odd values:
 * Apple's schema of the MDM query ContentCachingInformation, and samples of 2017 to 2026.
 *
 * @module
 */
import { parseJsonForm } from "./json-form.ts";
import { parsePlistForm } from "./plist-form.ts";
import {
  asFlag,
  asInteger,
  asList,
  asMap,
  asNumber,
  asText,
  isStatus,
  LIMITS,
  type Raw,
  type RawMap,
  STATUS_KEYS,
  unreadableStatus,
} from "./raw.ts";
import { parseServeradminForm } from "./serveradmin-form.ts";
import { parseTextForm } from "./text-form.ts";

export { sizeBytes } from "./text-form.ts";

import { type StatusTotals, totalsOf } from "./totals.ts";

export { MAX_STATUS_BYTES, unreadableStatus } from "./raw.ts";
export { type StatusTotals, TOTAL_KEYS, TOTAL_NAMES, type TotalName } from "./totals.ts";

export type StatusForm = "json" | "text" | "plist" | "serveradmin";

/** A parent or a peer. */
export interface Neighbour {
  readonly address: string | undefined;
  /** TCP port; undefined where it is missing or not one. */
  readonly port: number | undefined;
  readonly guid: string | undefined;
  readonly healthy: boolean | undefined;
  /** Peers only: accepts peering. */
  readonly friendly: boolean | undefined;
  /** Class name of its alert, if it has one. */
  readonly alert: string | undefined;
}

/** `host:port` of a neighbour; undefined where either is missing. */
export function hostPort({ address, port }: Neighbour): string | undefined {
  if (address === undefined || port === undefined) return undefined;
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

export interface CacheStatus {
  readonly form: StatusForm;
  readonly guid: string | undefined;
  readonly activated: boolean | undefined;
  readonly active: boolean | undefined;
  /** 1 done, 0 pending, -1 failed. */
  readonly registered: -1 | 0 | 1 | undefined;
  readonly registrationError: string | undefined;
  /** `OK`, `PENDING`, `FAILED`, `MIGRATING_DATA`; an open set. */
  readonly startup: string | undefined;
  /** 0 when inactive. */
  readonly port: number | undefined;
  /** Its addresses in the network. */
  readonly addresses: readonly string[];
  /** The address Apple knows it by. */
  readonly publicAddress: string | undefined;
  /** Disk really used; macOS 10.15 and later. */
  readonly actualUsedBytes: number | undefined;
  /** Whole sizes of the files held, even where only part of one is. */
  readonly usedBytes: number | undefined;
  /** As printed: negative where the cache holds more than it should. */
  readonly freeBytes: number | undefined;
  /** 0 means unlimited. */
  readonly limitBytes: number | undefined;
  readonly personalUsedBytes: number | undefined;
  /** 0 to 1. */
  readonly pressure: number | undefined;
  /** `OK` or `LOWSPACE`; an open set. */
  readonly cacheStatus: string | undefined;
  /** Bytes held by Apple's category; undefined when the status does not say. */
  readonly content: ReadonlyMap<string, number> | undefined;
  /** The first thousand, and how many there are. */
  readonly parents: readonly Neighbour[];
  readonly parentCount: number;
  readonly peers: readonly Neighbour[];
  readonly peerCount: number;
  /** Class names of the cache's own alerts and of those of its peer filter ranges. */
  readonly alerts: readonly string[];
  readonly totals: StatusTotals | undefined;
  /** Why the totals it has cannot be used; undefined when they can, or when there are none. */
  readonly unusableTotals: string | undefined;
}

/** More neighbours than this are counted, but get no point of their own. */
const MAX_NEIGHBOURS = 1000;
const MAX_KINDS = 100;
const MAX_ADDRESSES = 100;

/**
 * The status in the output of a command or the text of a file.
 * @throws LarderError `STATUS_UNKNOWN` when it has no known form, `STATUS_EMPTY` when it has one without a single key
 * that makes it a status, such as an error message in the form of a status; see also the forms.
 */
export function parseStatus(text: string, place: string): CacheStatus {
  if (text.length > LIMITS.bytes) {
    throw unreadableStatus(place, `it is longer than ${LIMITS.bytes} characters`, { code: "STATUS_HOSTILE" });
  }
  const forms = [
    ["plist", parsePlistForm],
    ["text", parseTextForm],
    ["serveradmin", parseServeradminForm],
    ["json", parseJsonForm],
  ] as const;
  for (const [form, parse] of forms) {
    const raw = parse(text, place);
    if (raw === undefined) continue;
    if (!isStatus(raw))
      throw unreadableStatus(place, `it has none of ${STATUS_KEYS.join(", ")}`, { code: "STATUS_EMPTY" });
    return toStatus(raw, form);
  }
  const said = text.trim() === "" ? "it is empty" : "it is in no form of a status we know";
  throw unreadableStatus(place, said, { code: text.trim() === "" ? "STATUS_EMPTY" : "STATUS_UNKNOWN" });
}

function toStatus(raw: RawMap, form: StatusForm): CacheStatus {
  const size = (key: string): number | undefined => {
    const bytes = asInteger(raw.get(key));
    return bytes !== undefined && bytes >= 0 ? bytes : undefined;
  };
  const registered = asInteger(raw.get("RegistrationStatus"));
  const { totals, unusable } = totalsOf(raw);
  return {
    form,
    guid: asText(raw.get("ServerGUID")),
    activated: asFlag(raw.get("Activated")) ?? activatedBefore1013(raw),
    active: asFlag(raw.get("Active")),
    registered: registered === -1 || registered === 0 || registered === 1 ? registered : undefined,
    registrationError: asText(raw.get("RegistrationError")),
    startup: asText(raw.get("StartupStatus")),
    port: portOf(raw.get("Port")),
    addresses: asList(raw.get("PrivateAddresses"))
      .slice(0, MAX_ADDRESSES)
      .flatMap((each) => asText(each) ?? []),
    publicAddress: asText(raw.get("PublicAddress")),
    actualUsedBytes: size("ActualCacheUsed"),
    usedBytes: size("CacheUsed"),
    freeBytes: asInteger(raw.get("CacheFree")),
    limitBytes: size("CacheLimit"),
    personalUsedBytes: size("PersonalCacheUsed"),
    pressure: pressureOf(asNumber(raw.get("MaxCachePressureLast1Hour"))),
    cacheStatus: asText(raw.get("CacheStatus")),
    content: contentOf(raw.get("CacheDetails")),
    parents: neighboursOf(raw.get("Parents")),
    parentCount: asList(raw.get("Parents")).length,
    peers: neighboursOf(raw.get("Peers")),
    peerCount: asList(raw.get("Peers")).length,
    alerts: alertsOf(raw),
    totals,
    unusableTotals: unusable,
  };
}

/** Before 10.13 there was a `state` instead. */
function activatedBefore1013(raw: RawMap): boolean | undefined {
  const state = asText(raw.get("state"));
  return state === undefined ? undefined : state !== "STOPPED";
}

function portOf(raw: Raw | undefined): number | undefined {
  const port = asInteger(raw);
  return port !== undefined && port >= 0 && port <= 65_535 ? port : undefined;
}

/** Apple's schema says 0 to 1, some readers see 0 to 100: what is above 1 is taken as a percentage. */
function pressureOf(value: number | undefined): number | undefined {
  if (value === undefined || value < 0 || value > 100) return undefined;
  return value > 1 ? value / 100 : value;
}

/** `{kind: bytes}`, or the list of `{MediaType, BytesUsed}` of macOS 10.12. */
function contentOf(raw: Raw | undefined): ReadonlyMap<string, number> | undefined {
  const entries: (readonly [string | undefined, Raw | undefined])[] =
    raw instanceof Map
      ? [...(asMap(raw) ?? [])]
      : asList(raw).map((item) => {
          const kind = asMap(item);
          return [asText(kind?.get("MediaType")) ?? asText(kind?.get("LocalizedType")), kind?.get("BytesUsed")];
        });
  if (raw === undefined) return undefined;
  const content = new Map<string, number>();
  for (const [kind, value] of entries.slice(0, MAX_KINDS)) {
    const bytes = asInteger(value);
    if (kind !== undefined && kind !== "" && bytes !== undefined && bytes >= 0) {
      content.set(kind.slice(0, LIMITS.text), bytes);
    }
  }
  return content;
}

function neighboursOf(raw: Raw | undefined): Neighbour[] {
  return asList(raw)
    .slice(0, MAX_NEIGHBOURS)
    .flatMap((item) => {
      const map = asMap(item);
      if (map === undefined) return [];
      return [
        {
          address: asText(map.get("address")),
          port: portOf(map.get("port")) || undefined,
          guid: asText(map.get("guid")),
          healthy: asFlag(map.get("healthy")),
          friendly: asFlag(map.get("friendly")),
          alert: asText(asMap(map.get("alert"))?.get("className")),
        },
      ];
    });
}

function alertsOf(raw: RawMap): string[] {
  const items = [...asList(raw.get("Alerts")), ...(asMap(raw.get("AlertsForPeerFilterRanges"))?.values() ?? [])];
  return items.flatMap((item) => asText(asMap(item)?.get("className")) ?? []);
}
