/**
 * The same numbers under the names of assetcache-exporter, where both mean the same, so that its dashboard goes on working.
 * What has no equal here is left out; docs/serve.md lists it.
 *
 * @module
 */
import { addExact, type Integer } from "../../core/line/line.ts";
import { SOURCES } from "../../core/measures.ts";
import { currentStatus, type Fleet, numberOfField, RECEIVERS } from "./cache-families.ts";
import type { CacheNow } from "./cache-now.ts";
import { type Family, type Labels, labelsOf } from "./family.ts";

type Values = readonly (readonly [labels: Labels, value: Integer | undefined])[];

/** One metric of the exporter: its values for one cache. */
interface Metric {
  readonly name: string;
  readonly type?: "counter";
  readonly help: string;
  values(cache: CacheNow, nowMs: number): Values;
}

/** A field of the newest status; `absent` where the status does not have it. */
const status = (name: string, field: string, { help, absent }: { help: string; absent?: Integer }): Metric => ({
  name,
  help,
  values: (cache, nowMs) => {
    const now = currentStatus(cache, nowMs);
    return now === undefined ? [] : [[{}, numberOfField(now.fields.get(field)) ?? absent]];
  },
});

const sumOf = (cache: CacheNow, measurement: string, fields: readonly string[]): Integer | undefined =>
  fields.reduce<Integer | undefined>((sum, field) => {
    const value = cache.sum(measurement, field);
    return value === undefined ? sum : addExact(sum, value);
  }, undefined);

const rowSum = (cache: CacheNow, measurement: string, fields: readonly string[]): Integer =>
  fields.reduce<Integer>((sum, field) => addExact(sum, cache.rowValue(measurement, field)), 0);

/** A number of the newest row, while there is one. */
const row = (name: string, help: string, values: (cache: CacheNow) => Values): Metric => {
  return { name, help, values: (cache) => (cache.rowMs === undefined ? [] : values(cache)) };
};

/** Its words for where content comes from, and who asks. */
const SOURCE_WORDS = { cache: "cache", origin: "origin", peers: "peer", parents: "parent" } as const;
const ASKER_WORDS = { clients: "client", peers: "peer", children: "child" } as const;

const flows = (what: string, source: string): string[] => RECEIVERS.map((to) => `${what}.from${source}.to${to}`);

const METRICS: readonly Metric[] = [
  {
    name: "assetcache_status_up",
    help: "Whether the newest status is recent.",
    values: (cache, nowMs) => [[{}, currentStatus(cache, nowMs) === undefined ? 0 : 1]],
  },
  status("assetcache_activated", "activated", { help: "Whether content caching is switched on." }),
  status("assetcache_active", "active", { help: "Whether content caching is ready to serve." }),
  {
    name: "assetcache_status_info",
    help: "The state of the cache in words.",
    values: (cache, nowMs) => {
      const fields = currentStatus(cache, nowMs)?.fields;
      if (fields === undefined) return [];
      const startup = fields.get("startup");
      const low = fields.get("lowspace");
      const words = {
        cache_status: low === undefined ? "" : numberOfField(low) === 1 ? "LOWSPACE" : "OK",
        startup_status: startup !== undefined && "text" in startup ? startup.text : "",
        registration_status: String(numberOfField(fields.get("registered")) ?? ""),
      };
      return [[words, 1]];
    },
  },
  status("assetcache_cache_used_bytes", "allocated", { help: "Whole size of the files the cache holds." }),
  status("assetcache_cache_limit_bytes", "limit", { help: "Limit of the cache, 0 without one.", absent: 0 }),
  status("assetcache_cache_free_bytes", "free", { help: "Room left for the cache." }),
  status("assetcache_personal_cache_used_bytes", "personal.used", { help: "Used by iCloud content." }),
  status("assetcache_cache_pressure_ratio", "pressure", { help: "Highest cache pressure of the last hour, 0 to 1." }),
  status("assetcache_parent_caches", "parents", { help: "Parent caches known." }),
  status("assetcache_peer_caches", "peers", { help: "Peers known." }),
  {
    name: "assetcache_served_bytes",
    type: "counter",
    help: "Bytes sent, by who took them, since the month began.",
    values: (cache) =>
      RECEIVERS.map((destination) => {
        const fields = SOURCES.map((source) => `bytes.from${source}.to${destination}`);
        return [{ destination }, sumOf(cache, "bytestoclients", fields)] as const;
      }),
  },
  {
    name: "assetcache_imported_bytes",
    type: "counter",
    help: "Bytes imported, since the month began.",
    values: (cache) => [[{}, sumOf(cache, "bytesimported", ["bytes.imported.byhttp", "bytes.imported.byxpc"])]],
  },
  {
    name: "assetcache_dropped_bytes",
    type: "counter",
    help: "Bytes fetched but not kept, since the month began.",
    values: (cache) => [[{}, sumOf(cache, "bytesdropped", ["bytes.dropped"])]],
  },
  row("assetcache_metrics_last_timestamp_seconds", "When the newest row of traffic was.", ({ rowMs = 0 }) => [
    [{}, Math.floor(rowMs / 1000)],
  ]),
  row(
    "assetcache_metrics_interval_seconds",
    "Length of a row: the least time between two that were seen.",
    ({ rowGapMs }) => [[{}, rowGapMs === undefined ? undefined : Math.round(rowGapMs / 1000)]],
  ),
  row("assetcache_interval_served_bytes", "Bytes sent in the newest row, by where they came from.", (cache) =>
    SOURCES.map((source) => [
      { source: SOURCE_WORDS[source] },
      rowSum(cache, "bytestoclients", flows("bytes", source)),
    ]),
  ),
  row("assetcache_interval_replies", "Answers in the newest row, by where their content came from.", (cache) =>
    SOURCES.map((source) => [{ source: SOURCE_WORDS[source] }, rowSum(cache, "replies", flows("replies", source))]),
  ),
  row("assetcache_interval_requests", "Requests in the newest row, by who asked.", (cache) =>
    RECEIVERS.map((from) => [{ source: ASKER_WORDS[from] }, rowSum(cache, "requests", [`requests.from${from}`])]),
  ),
  row(
    "assetcache_interval_requests_rejected_no_space",
    "Requests of the newest row turned away because the disk was full.",
    (cache) => [[{}, rowSum(cache, "requests", ["requests.rejected.fornospace"])]],
  ),
  row("assetcache_interval_imported_bytes", "Bytes imported in the newest row.", (cache) => [
    [{}, rowSum(cache, "bytesimported", ["bytes.imported.byhttp", "bytes.imported.byxpc"])],
  ]),
  row("assetcache_interval_imports", "Imports in the newest row.", (cache) => [
    [{}, rowSum(cache, "imports", ["imports.byhttp", "imports.byxpc"])],
  ]),
  row("assetcache_interval_dropped_bytes", "Bytes fetched but not kept in the newest row.", (cache) => [
    [{}, rowSum(cache, "bytesdropped", ["bytes.dropped"])],
  ]),
  row("assetcache_interval_purged_bytes", "Bytes evicted in the newest row.", (cache) => [
    [{}, rowSum(cache, "bytespurged", ["bytes.purged.total"])],
  ]),
];

/** Families under the exporter's names. */
export function assetcacheFamilies({ caches, nowMs, countedFromMs }: Fleet): Family[] {
  const labelled = caches
    .filter(({ status: known, rowMs }) => known !== undefined || rowMs !== undefined)
    .map((cache) => ({ cache, labels: labelsOf(cache.tags) }));
  const totals: Family = {
    name: "assetcache_totals_start_timestamp_seconds",
    type: "gauge",
    help: "When the totals began.",
    samples: labelled.map(({ labels }) => ({ labels, value: countedFromMs / 1000 })),
  };
  const families = METRICS.map(({ name, type, help, values }): Family => {
    const samples = labelled.flatMap(({ cache, labels }) =>
      values(cache, nowMs).flatMap(([own, value]) =>
        value === undefined ? [] : [{ labels: { ...labels, ...own }, value }],
      ),
    );
    const isCounter = type === "counter";
    return { name, type: type ?? "gauge", help, samples, ...(isCounter ? { createdMs: countedFromMs } : {}) };
  });
  return [...families, totals];
}
