/**
 * What `/metrics` shows, as data: names of our own, and beside them those of the `assetcache_*` exporter that mean the
 * same, so that its dashboard goes on working. Gauges are the newest reading; counters begin at zero when larder starts.
 *
 * @module
 */
import type { Family } from "./exposition.ts";

/** Fields of one point that a family shows, each with labels of its own. */
interface Shown {
  readonly field: string;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Described extends Omit<Family, "samples" | "type"> {
  readonly measurement: string;
}

/** The newest number of each series; fields with equal labels are added up. */
export interface GaugeFamily extends Described {
  readonly type: "gauge";
  readonly fields: readonly Shown[];
}

/** What came since larder started; fields with equal labels are added up. */
export interface CounterFamily extends Described {
  readonly type: "counter";
  readonly fields: readonly Shown[];
  /** Tags that split no series of it. */
  readonly without?: readonly string[];
}

/** Words of the newest point as labels of a 1. */
export interface InfoFamily extends Described {
  readonly type: "info";
  readonly texts: Readonly<Record<string, string>>;
}

/** The time of the newest point, Unix seconds; or between it and the one before. */
export interface TimeFamily extends Described {
  readonly type: "gauge";
  readonly time: "newest" | "interval";
}

export type FamilyPlan = GaugeFamily | CounterFamily | InfoFamily | TimeFamily;

const SOURCES = ["cache", "origin", "peers", "parents"] as const;
const DESTINATIONS = ["clients", "peers", "children"] as const;
const FLOWS = DESTINATIONS.flatMap((destination) =>
  SOURCES.filter((source) => source !== "peers" || destination !== "peers").map((source) => ({ source, destination })),
);

const flows = (by: readonly ("source" | "destination")[]): Shown[] =>
  FLOWS.map((flow) => ({
    field: `bytes.from${flow.source}.to${flow.destination}`,
    labels: Object.fromEntries(by.map((label) => [label, flow[label]])),
  }));
const repliesBySource: Shown[] = FLOWS.map(({ source, destination }) => ({
  field: `replies.from${source}.to${destination}`,
  labels: { source },
}));
const ASKED: Shown[] = DESTINATIONS.map((from) => ({ field: `requests.from${from}`, labels: { source: from } }));
const IMPORTED: Shown[] = ["http", "xpc"].map((by) => ({ field: `bytes.imported.by${by}`, labels: { by } }));

const status = (name: string, help: string, field: string): GaugeFamily => ({
  ...{ name, type: "gauge", help, measurement: "cachestatus", fields: [{ field }] },
  ...(/_(bytes|ratio)$/.exec(name) === null ? {} : { unit: name.endsWith("bytes") ? "bytes" : "ratio" }),
});
const collector = (name: string, help: string, field: string): GaugeFamily => ({
  ...{ name, type: "gauge", help, measurement: "larder", fields: [{ field }] },
  ...(/_(bytes|seconds)$/.exec(name) === null ? {} : { unit: name.endsWith("bytes") ? "bytes" : "seconds" }),
});
const counter = (name: string, help: string, measurement: string, ...fields: Shown[]): CounterFamily => ({
  ...{ name, type: "counter", help, measurement, fields },
  ...(name.endsWith("_bytes") ? { unit: "bytes" } : {}),
});
const time = (name: string, help: string, measurement: string, of: TimeFamily["time"] = "newest"): TimeFamily => ({
  ...{ name, type: "gauge", unit: "seconds", help, measurement, time: of },
});

/** The cache's state, from its status. */
const STATUS: readonly FamilyPlan[] = [
  time("larder_cache_status_timestamp_seconds", "When the cache's status was read.", "cachestatus"),
  status("larder_cache_activated", "1 when content caching is switched on.", "activated"),
  status("larder_cache_active", "1 when the cache is ready to serve.", "active"),
  status("larder_cache_registered", "Registration with Apple: 1 done, 0 pending, -1 failed.", "registered"),
  status("larder_cache_used_bytes", "Disk the cache really uses.", "used"),
  status("larder_cache_free_bytes", "Room the cache has left.", "free"),
  status("larder_cache_limit_bytes", "The configured limit; absent when unlimited.", "limit"),
  status("larder_cache_personal_used_bytes", "Used by iCloud content.", "personal.used"),
  status("larder_cache_pressure_ratio", "Highest cache pressure of the last hour.", "pressure"),
  status("larder_cache_peers", "Peers the cache knows.", "peers"),
  status("larder_cache_parents", "Parent caches the cache knows.", "parents"),
  status("larder_cache_alerts", "Alerts the cache itself raises.", "alerts"),
  {
    ...{ name: "larder_cache", type: "info", help: "The cache's state in Apple's words.", measurement: "cachestatus" },
    texts: { startup: "startup", registration_error: "registration.error" },
  },
  {
    ...{ name: "larder_cache_content_bytes", type: "gauge", unit: "bytes", measurement: "cachecontent" },
    ...{ help: "What the cache holds, by Apple's category.", fields: [{ field: "bytes" }] },
  },
  {
    ...{ name: "larder_cache_peer_healthy", type: "gauge", measurement: "cachepeers", fields: [{ field: "healthy" }] },
    help: "1 when the peer or parent is able to answer.",
  },
];

/** What the cache did since larder started. */
const TRAFFIC: readonly FamilyPlan[] = [
  counter(
    "larder_served_bytes",
    "Bytes sent, by origin and receiver.",
    "bytestoclients",
    ...flows(["source", "destination"]),
  ),
  counter("larder_replies", "Answers given, by origin.", "replies", ...repliesBySource),
  counter("larder_requests", "Requests taken, by who asked.", "requests", ...ASKED),
  counter("larder_requests_rejected", "Requests turned away because the disk was full.", "requests", {
    field: "requests.rejected.fornospace",
  }),
  counter("larder_imported_bytes", "Bytes put into the cache by import.", "bytesimported", ...IMPORTED),
  counter("larder_dropped_bytes", "Bytes fetched but not kept.", "bytesdropped", { field: "bytes.dropped" }),
  counter("larder_purged_bytes", "Bytes evicted.", "bytespurged", { field: "bytes.purged.total" }),
  counter("larder_client_requests", "Files asked for, by family of device and system.", "cacheclients", {
    field: "requests",
  }),
  counter(
    "larder_client_bytes",
    "Bytes sent, by family of device and system, as the log rounds them.",
    "cacheclients",
    {
      field: "bytes",
    },
  ),
  {
    ...counter("larder_warming_asked_bytes", "Bytes warming read through the cache.", "precacheasset", {
      field: "bytes.asked",
    }),
    without: ["group", "outcome"],
  },
  {
    ...counter("larder_warming_origin_bytes", "Of these, bytes pulled over the WAN.", "precacheasset", {
      field: "bytes.fromorigin",
    }),
    without: ["group", "outcome"],
  },
];

/** How larder is. */
const OURSELVES: readonly FamilyPlan[] = [
  time("larder_last_row_timestamp_seconds", "Time of the newest row of traffic.", "bytestoclients"),
  time("larder_last_pass_timestamp_seconds", "When the last pass ended.", "larder"),
  collector("larder_up", "1 after a pass that reached its sources, 0 after one that did not.", "up"),
  collector("larder_pass_seconds", "How long the last pass took.", "seconds"),
  collector("larder_lag_seconds", "Age of the newest row in the last pass.", "lag"),
  collector("larder_backlog_bytes", "Journal bytes the slowest sink has yet to take.", "backlog"),
  counter("larder_rows", "Rows read.", "larder", { field: "rows" }),
  counter("larder_lines_shipped", "Lines acknowledged by sinks.", "larder", { field: "shipped" }),
  counter("larder_lines_rejected", "Lines sinks rejected for good.", "larder", { field: "rejects" }),
];

/** The exporter's names that mean the same. */
const EXPORTER: readonly FamilyPlan[] = [
  status("assetcache_activated", "larder_cache_activated.", "activated"),
  status("assetcache_active", "larder_cache_active.", "active"),
  status("assetcache_cache_used_bytes", "larder_cache_used_bytes.", "used"),
  status("assetcache_cache_free_bytes", "larder_cache_free_bytes.", "free"),
  status("assetcache_cache_limit_bytes", "larder_cache_limit_bytes.", "limit"),
  status("assetcache_personal_cache_used_bytes", "larder_cache_personal_used_bytes.", "personal.used"),
  status("assetcache_cache_pressure_ratio", "larder_cache_pressure_ratio.", "pressure"),
  status("assetcache_parent_caches", "larder_cache_parents.", "parents"),
  status("assetcache_peer_caches", "larder_cache_peers.", "peers"),
  {
    ...{ name: "assetcache_status", type: "info", help: "larder_cache_info.", measurement: "cachestatus" },
    texts: { startup_status: "startup" },
  },
  counter("assetcache_served_bytes", "larder_served_bytes, by receiver.", "bytestoclients", ...flows(["destination"])),
  counter(
    "assetcache_imported_bytes",
    "larder_imported_bytes.",
    "bytesimported",
    ...IMPORTED.map(({ field }) => ({ field })),
  ),
  counter("assetcache_dropped_bytes", "larder_dropped_bytes.", "bytesdropped", { field: "bytes.dropped" }),
  time("assetcache_metrics_last_timestamp_seconds", "larder_last_row_timestamp_seconds.", "bytestoclients"),
  time("assetcache_metrics_interval_seconds", "Between the newest two rows.", "bytestoclients", "interval"),
  {
    ...{ name: "assetcache_interval_served_bytes", type: "gauge", unit: "bytes", measurement: "bytestoclients" },
    ...{ help: "Sent in the newest interval, by origin.", fields: flows(["source"]) },
  },
  {
    ...{ name: "assetcache_interval_replies", type: "gauge", measurement: "replies", fields: repliesBySource },
    help: "Answers of the newest interval, by origin.",
  },
  {
    ...{ name: "assetcache_interval_requests", type: "gauge", measurement: "requests", fields: ASKED },
    help: "Requests of the newest interval, by who asked.",
  },
  {
    ...{ name: "assetcache_interval_purged_bytes", type: "gauge", unit: "bytes", measurement: "bytespurged" },
    ...{ help: "Evicted in the newest interval.", fields: [{ field: "bytes.purged.total" }] },
  },
];

export const FAMILIES: readonly FamilyPlan[] = [...STATUS, ...TRAFFIC, ...OURSELVES, ...EXPORTER];
