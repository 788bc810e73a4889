/**
 * The caches as metrics: `larder_cache_…`, `larder_collector_…`, `larder_warming_…`. The help of each is the meaning of its
 * field in the schema.
 *
 * @module
 */
import type { ReadPoint } from "../../core/history/history.ts";
import type { Integer, LineValue } from "../../core/line/line.ts";
import { SOURCES } from "../../core/measures.ts";
import { fieldSchema } from "../../core/schema.ts";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import type { CacheNow } from "./cache-now.ts";
import { type Family, type Labels, labelsOf, type Sample } from "./family.ts";

/** The caches at one moment. */
export interface Fleet {
  readonly nowMs: number;
  readonly caches: readonly CacheNow[];
  /** When the counters began. */
  readonly countedFromMs: number;
}

/** A field of the newest status, and what it is called. */
export const STATUS: readonly (readonly [field: string, name: string])[] = [
  ["activated", "larder_cache_activated"],
  ["active", "larder_cache_active"],
  ["registered", "larder_cache_registered"],
  ["startup.ok", "larder_cache_startup_ok"],
  ["used", "larder_cache_used_bytes"],
  ["allocated", "larder_cache_allocated_bytes"],
  ["free", "larder_cache_free_bytes"],
  ["limit", "larder_cache_limit_bytes"],
  ["personal.used", "larder_cache_personal_used_bytes"],
  ["pressure", "larder_cache_pressure_ratio"],
  ["lowspace", "larder_cache_low_space"],
  ["diskexceeded", "larder_cache_disk_exceeded"],
  ["parents", "larder_cache_parents"],
  ["peers", "larder_cache_peers"],
  ["alerts", "larder_cache_alerts"],
];

/** A field of the last pass. */
export const PASS: readonly (readonly [field: string, name: string])[] = [
  ["rows", "larder_collector_pass_rows"],
  ["lines", "larder_collector_pass_lines"],
  ["shipped", "larder_collector_pass_shipped_lines"],
  ["rejects", "larder_collector_pass_rejected_lines"],
  ["backlog", "larder_collector_backlog_bytes"],
  ["seconds", "larder_collector_pass_duration_seconds"],
];

/** A field that is added up, the counter it is part of, and the labels that distinguish it. */
interface Counted {
  readonly measurement: string;
  readonly field: string;
  readonly name: string;
  readonly labels: Labels;
}

export const RECEIVERS = ["clients", "peers", "children"] as const;

const flows = (what: "bytes" | "replies", name: string): Counted[] =>
  RECEIVERS.flatMap((destination) =>
    SOURCES.map((source) => ({
      measurement: what === "bytes" ? "bytestoclients" : "replies",
      field: `${what}.from${source}.to${destination}`,
      name,
      labels: { source, destination },
    })),
  );

const one = (measurement: string, field: string, name: string, labels: Labels = {}): Counted => {
  return { measurement, field, name, labels };
};

export const COUNTED: readonly Counted[] = [
  ...flows("bytes", "larder_cache_sent_bytes"),
  ...flows("replies", "larder_cache_replies"),
  ...RECEIVERS.map((source) => one("requests", `requests.from${source}`, "larder_cache_requests", { source })),
  one("requests", "requests.rejected.fornospace", "larder_cache_rejected_requests"),
  one("bytesdropped", "bytes.dropped", "larder_cache_dropped_bytes"),
  ...["http", "xpc"].map((by) => one("bytesimported", `bytes.imported.by${by}`, "larder_cache_imported_bytes", { by })),
  ...["http", "xpc"].map((by) => one("imports", `imports.by${by}`, "larder_cache_imports", { by })),
  one("bytespurged", "bytes.purged.total", "larder_cache_purged_bytes"),
  ...["1", "7", "30"].map((days) =>
    one(
      "bytespurged",
      `bytes.purged.youngerthan${days}day${days === "1" ? "" : "s"}`,
      "larder_cache_purged_young_bytes",
      {
        within: `${days}d`,
      },
    ),
  ),
  ...["warmed", "cached", "failed", "skipped"].map((outcome) =>
    one("precacherun", outcome, "larder_warming_files", { outcome }),
  ),
  one("precacheasset", "bytes.asked", "larder_warming_read_bytes"),
  one("precacheasset", "bytes.fromorigin", "larder_warming_fetched_bytes"),
];

/** What several fields together mean. */
const COUNTER_HELP: Readonly<Record<string, string>> = {
  larder_cache_sent_bytes: "Bytes the cache sent, by where they came from and who took them",
  larder_cache_replies: "Answers the cache gave, by where their content came from and who took them",
  larder_cache_requests: "Requests the cache took, by who asked",
  larder_cache_imported_bytes: "Bytes put into the cache by import",
  larder_cache_imports: "Imports into the cache",
  larder_cache_purged_young_bytes:
    "Bytes evicted within so long of their arrival; the shorter time is part of the longer",
  larder_warming_files: "Files of warming runs that ended, by what became of them",
};

/** Families of all caches. */
export function cacheFamilies(fleet: Fleet): Family[] {
  return [
    ...STATUS.map(([field, name]) => statusFamily(fleet, field, name)),
    timeFamily(
      fleet,
      "larder_cache_status_timestamp_seconds",
      "When the newest status was read",
      ({ status }) => status?.timeMs,
    ),
    timeFamily(
      fleet,
      "larder_cache_newest_row_timestamp_seconds",
      "When the newest row of traffic was, in the last hour or since this process began",
      ({ rowMs }) => rowMs,
    ),
    contentFamily(fleet),
    neighbourFamily(fleet),
    upFamily(fleet),
    timeFamily(
      fleet,
      "larder_collector_last_pass_timestamp_seconds",
      "When the last pass of the collector ended",
      ({ pass }) => pass?.timeMs,
    ),
    ...PASS.map(([field, name]) => passFamily(fleet, field, name)),
    ...counterFamilies(fleet),
    clientFamily(fleet, "larder_cache_client_requests", { what: "requests", help: "Files clients asked for" }),
    clientFamily(fleet, "larder_cache_client_bytes", {
      what: "bytes",
      help: "Bytes clients were sent, as the log rounds them",
    }),
  ];
}

/** The newest status, while it says something of now. */
export function currentStatus({ status }: CacheNow, nowMs: number): ReadPoint | undefined {
  if (status === undefined) return undefined;
  return levelOf(THRESHOLDS.statusSeconds, (nowMs - status.timeMs) / 1000) === "fine" ? status : undefined;
}

/** A field as a number: flags are 1 and 0. */
export function numberOfField(value: LineValue | undefined): Integer | undefined {
  if (value === undefined || "text" in value) return undefined;
  if ("flag" in value) return value.flag ? 1 : 0;
  return "integer" in value ? value.integer : value.float;
}

type ValueIn = (cache: CacheNow) => Integer | undefined;

function gauge(
  fleet: Fleet,
  { name, help }: { readonly name: string; readonly help: string },
  valueIn: ValueIn,
): Family {
  const samples = fleet.caches.flatMap((cache): Sample[] => {
    const value = valueIn(cache);
    return value === undefined ? [] : [{ labels: labelsOf(cache.tags), value }];
  });
  return { name, type: "gauge", help, samples };
}

function statusFamily(fleet: Fleet, field: string, name: string): Family {
  const help = helpOf("cachestatus", field);
  return gauge(fleet, { name, help }, (cache) => numberOfField(currentStatus(cache, fleet.nowMs)?.fields.get(field)));
}

function passFamily(fleet: Fleet, field: string, name: string): Family {
  return gauge(fleet, { name, help: helpOf("larder", field) }, ({ pass }) => numberOfField(pass?.fields.get(field)));
}

function timeFamily(fleet: Fleet, name: string, help: string, timeOf: (cache: CacheNow) => number | undefined): Family {
  return gauge(fleet, { name, help }, (cache) => {
    const timeMs = timeOf(cache);
    return timeMs === undefined ? undefined : timeMs / 1000;
  });
}

/** A collector that died leaves a last pass that went well. */
function upFamily(fleet: Fleet): Family {
  const help = "1 while the collector runs and its last pass reached all its sources, else 0";
  return gauge(fleet, { name: "larder_collector_up", help }, ({ pass }) => {
    if (pass === undefined) return undefined;
    const silent = levelOf(THRESHOLDS.silentSeconds, (fleet.nowMs - pass.timeMs) / 1000) === "trouble";
    return silent ? 0 : numberOfField(pass.fields.get("up"));
  });
}

function contentFamily({ caches, nowMs }: Fleet): Family {
  const samples = caches.flatMap((cache) => {
    if (currentStatus(cache, nowMs) === undefined) return [];
    const labels = labelsOf(cache.tags);
    return cache.content.flatMap(({ tags, fields }): Sample[] => {
      const value = numberOfField(fields.get("bytes"));
      return value === undefined ? [] : [{ labels: { ...labels, kind: tags["kind"] ?? "" }, value }];
    });
  });
  return { name: "larder_cache_content_bytes", type: "gauge", help: "Held by the cache, by Apple's category", samples };
}

function neighbourFamily({ caches, nowMs }: Fleet): Family {
  const samples = caches.flatMap((cache) => {
    if (currentStatus(cache, nowMs) === undefined) return [];
    const labels = labelsOf(cache.tags);
    return cache.peers.flatMap(({ tags, fields }): Sample[] => {
      const value = numberOfField(fields.get("healthy"));
      const own = { peer: tags["peer"] ?? "", role: tags["role"] ?? "" };
      return value === undefined ? [] : [{ labels: { ...labels, ...own }, value }];
    });
  });
  return {
    name: "larder_cache_peer_healthy",
    type: "gauge",
    help: "Whether a peer or parent is able to answer",
    samples,
  };
}

function counterFamilies({ caches, countedFromMs }: Fleet): Family[] {
  const names = [...new Set(COUNTED.map(({ name }) => name))];
  return names.map((name): Family => {
    const parts = COUNTED.filter((each) => each.name === name);
    const samples = caches.flatMap((cache) => {
      const labels = labelsOf(cache.tags);
      return parts.flatMap(({ measurement, field, labels: own }): Sample[] => {
        const value = cache.sum(measurement, field);
        return value === undefined ? [] : [{ labels: { ...labels, ...own }, value }];
      });
    });
    const [first] = parts;
    const help = COUNTER_HELP[name] ?? helpOf(first?.measurement ?? "", first?.field ?? "");
    return { name, type: "counter", help: `${help}, since the month began`, samples, createdMs: countedFromMs };
  });
}

function clientFamily(
  { caches, countedFromMs }: Fleet,
  name: string,
  { what, help }: { readonly what: "requests" | "bytes"; readonly help: string },
): Family {
  const samples = caches.flatMap((cache) => {
    const labels = labelsOf(cache.tags);
    return cache.clients.map(({ family, os, [what]: value }) => ({ labels: { ...labels, family, os }, value }));
  });
  const whole = `${help}, by family of device and system, since the month began`;
  return { name, type: "counter", help: whole, samples, createdMs: countedFromMs };
}

function helpOf(measurement: string, field: string): string {
  const { meaning = "" } = fieldSchema(measurement, field) ?? {};
  return `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}`;
}
