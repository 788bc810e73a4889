/**
 * The report that caches of macOS 27 send: each of its properties ▶ our measurement and field, or why it is not kept.
 *
 * Source: Apple's description of the report (`CacheServerMetricsReport`, version 1, 88 properties). Its counters are the
 * columns of Metrics.db under other names, and go where those go.
 *
 * @module
 */
import type { Place } from "./stats-data.ts";
import { ZMETRIC_PLACES } from "./zmetric.ts";

/** What a property has to be. `count`: a whole number, not negative. `integer`: a whole number. */
export type PropertyType = "count" | "integer" | "number" | "text" | "flag" | "date" | "guid" | "neighbours";

/** A property: what it has to be, and what becomes of it. */
export interface ReportProperty {
  readonly type: PropertyType;
  readonly required?: boolean;
  /** `counter`: a number of the counted period. `gauge`: how it is when the report is made. `host`: what hardly changes. */
  readonly group: "counter" | "gauge" | "host" | "time" | "not kept";
  /** Where it is written; some become more than one field, or another value: see `report-lines.ts`. */
  readonly place?: Place;
  /** Why it is in no line. */
  readonly reason?: string;
}

const at = (measurement: string, field: string): Place => ({ measurement, field });

const gauge = (type: PropertyType, measurement: string, field: string): ReportProperty => ({
  type,
  group: "gauge",
  place: at(measurement, field),
});

const status = (type: PropertyType, field: string): ReportProperty => gauge(type, "cachestatus", field);
const report = (type: PropertyType, field: string): ReportProperty => gauge(type, "cachereport", field);
const host = (type: PropertyType, field: string, required = false): ReportProperty => ({
  type,
  required,
  group: "host",
  place: at("cachehost", field),
});
const notKept = (type: PropertyType, reason: string): ReportProperty => ({ type, group: "not kept", reason });

const GIVERS = ["Cache", "Origin", "Parent", "Peer"];
const TAKERS = ["Child", "Client", "Peer"];

/** Names of the 35 counters. */
const COUNTERS: readonly string[] = [
  ...["bytes", "replies"].flatMap((kind) =>
    GIVERS.flatMap((from) => TAKERS.map((to) => `${kind}From${from}To${to}`)).filter(
      (name) => !name.endsWith("FromPeerToPeer"),
    ),
  ),
  "bytesDropped",
  ...["bytesImported", "imports"].flatMap((what) => ["ByHTTP", "ByXPC"].map((way) => `${what}${way}`)),
  "bytesPurgedTotal",
  ...["1Day", "7Days", "30Days"].map((age) => `bytesPurgedYoungerThan${age}`),
  ...TAKERS.map((from) => `requestsFrom${from}`),
  "requestsRejectedForNoSpace",
];

/** A counter is the column of Metrics.db of the same name. */
function counters(): [string, ReportProperty][] {
  return COUNTERS.map((name) => {
    const place = ZMETRIC_PLACES.get(`Z${name.toUpperCase()}`);
    if (place === undefined) throw new Error(`no place for ${name}`);
    return [name, { type: "count", group: "counter", place }];
  });
}

const ADDRESS = "an address of the cache: no question asks for it, and the MDM has it";

/** All properties. */
export const REPORT_PROPERTIES: ReadonlyMap<string, ReportProperty> = new Map<string, ReportProperty>([
  ["version", host("count", "schema", true)],
  ["reportDate", { type: "date", required: true, group: "time" }],
  ["creationDate", { type: "date", group: "time", place: at("cachereport", "counted") }],
  ["hostname", host("text", "hostname", true)],
  ["hardware", host("text", "hardware", true)],
  ["memorySize", host("count", "memory")],
  ["hardwareUUID", notKept("text", "a second name for the Mac: its serial number is kept")],
  ["serialNumber", host("text", "serial")],
  ["buildVersion", host("text", "version")],
  ["connectedClients", report("count", "clients.connected")],
  ["uniqueClients", report("count", "clients.unique")],
  ["peakClients", report("count", "clients.peak")],
  ["numberOfCacheEntries", report("count", "entries")],
  ["transactions", report("count", "transactions")],
  ["recentErrors", report("text", "errors.recent")],
  ["cpuLoad", report("number", "load")],
  ["reportPeriod", report("count", "report.period")],
  ["assetsLessThan10M", report("count", "assets.below10m")],
  ["assetsFrom10to100M", report("count", "assets.from10to100m")],
  ["assetsFrom100Mto1G", report("count", "assets.from100mto1g")],
  ["assetsMoreThan1G", report("count", "assets.above1g")],
  ["averageAssetSizeInM", report("count", "assets.average")],
  ["serverGUID", { type: "guid", required: true, group: "gauge", place: at("cachereport", "guid") }],
  ["registrationState", status("integer", "registered")],
  ["registrationStarted", notKept("date", "only there while it is not registered, which `registered` says")],
  ["registrationError", status("integer", "registration.error")],
  ["actualCacheUsed", status("count", "used")],
  ["startupStatus", status("flag", "startup.ok")],
  ["restrictedMedia", host("flag", "restricted")],
  ["tetheratorStatus", host("integer", "tetherator")],
  ["active", status("flag", "active")],
  ["activated", status("flag", "activated")],
  ["cacheDetails", gauge("text", "cachecontent", "bytes")],
  ["cacheFree", status("integer", "free")],
  ["cacheLimit", status("count", "limit")],
  ["cacheUsed", status("count", "allocated")],
  ["publicAddress", notKept("text", ADDRESS)],
  ["port", status("count", "port")],
  ["privateAddresses", notKept("text", ADDRESS)],
  ["parents", status("neighbours", "parents")],
  ["peers", status("neighbours", "peers")],
  ["personalCacheFree", report("integer", "personal.free")],
  ["personalCacheUsed", status("count", "personal.used")],
  ["personalCacheLimit", report("count", "personal.limit")],
  ["allowPersonalCaching", host("flag", "allow.personal")],
  ["allowSharedCaching", host("flag", "allow.shared")],
  ["allowTetheredCaching", host("flag", "allow.tethered")],
  ["listenRangesOnly", host("flag", "listen.rangesonly")],
  ["localSubnetsOnly", host("flag", "local.subnetsonly")],
  ["peerLocalSubnetsOnly", host("flag", "peer.localsubnetsonly")],
  ["listenRanges", notKept("text", "a list of addresses in no stated form: the MDM has it as it was set")],
  ["parentSelectionPolicy", host("text", "parent.policy")],
  ["period", report("count", "period")],
  ...counters(),
]);
