/**
 * Everything larder emits: every measurement, tag and field with its type, unit and meaning.
 *
 * This is the published list. `docs/measurements.md` is generated from it, the mapping of Apple's names must land in
 * it, and dashboards take their names from it. A test runs every writer and compares what it wrote with this list, both ways,
 * so that no board can ask for a field nobody writes.
 * The byte, reply and request fields are deltas of one interval (Apple's own), never running totals: sums of deltas
 * stay exact across resets, gaps and the edges of a time range.
 *
 * @module
 */
import type { StreamName } from "./journal/journal.ts";

/** How a field is written: integers carry `i`, ratios and seconds are always floats. */
export type FieldType = "integer" | "float" | "text" | "flag";

export type Unit = "bytes" | "count" | "seconds" | "ratio" | "boolean" | "text";

/** One field of a measurement. */
export interface FieldSchema {
  readonly name: string;
  readonly type: FieldType;
  readonly unit: Unit;
  readonly meaning: string;
}

/** One measurement. */
export interface MeasurementSchema {
  readonly name: string;
  readonly meaning: string;
  /** `delta`: sum over time. `gauge`: take the last. `event`: something that happened. */
  readonly kind: "delta" | "gauge" | "event";
  /** Closed hours and local days of it are written as `<name>_1h` and `<name>_1d`. */
  readonly rollup: boolean;
  /** The only stream of the journal it is written to, where it is one. */
  readonly stream?: StreamName;
  /** Of its own tags, those its roll-ups are added up over and do not have. */
  readonly rolledWithout?: readonly string[];
  /** Tags beside `server` and the admin's own. */
  readonly tags: readonly string[];
  readonly fields: readonly FieldSchema[];
}

/** The tags on every point: `server` is unique in the fleet, the others are the admin's; these four are the classic ones. */
export const CLASSIC_TAGS = ["region", "site_code", "site_name", "school_type"] as const;

const bytes = (name: string, meaning: string): FieldSchema => ({ name, type: "integer", unit: "bytes", meaning });
const count = (name: string, meaning: string): FieldSchema => ({ name, type: "integer", unit: "count", meaning });
const seconds = (name: string, meaning: string): FieldSchema => ({ name, type: "float", unit: "seconds", meaning });
const ratio = (name: string, meaning: string): FieldSchema => ({ name, type: "float", unit: "ratio", meaning });
const flag = (name: string, meaning: string): FieldSchema => ({ name, type: "flag", unit: "boolean", meaning });
const text = (name: string, meaning: string): FieldSchema => ({ name, type: "text", unit: "text", meaning });

const ORIGINS = [
  ["cache", "its own disk"],
  ["origin", "Apple, over the WAN"],
  ["peers", "another cache of the site"],
  ["parents", "a parent cache"],
] as const;
const RECEIVERS = ["clients", "peers", "children"] as const;

/** The eleven ways bytes flow: every origin to every receiver, but nothing from peers to peers. */
const FLOWS = RECEIVERS.flatMap((to) =>
  ORIGINS.filter(([from]) => !(from === "peers" && to === "peers")).map(([from, place]) => ({ from, to, place })),
);

const delta = (name: string, meaning: string, fields: readonly FieldSchema[]): MeasurementSchema => ({
  name,
  meaning,
  kind: "delta",
  rollup: true,
  tags: [],
  fields,
});

/** Clients of the log. */
const CLIENTS = count(
  "clients",
  "clients seen for the first time that local day: their sum over a day counts each once",
);

/** What the log says of transfers. Sizes in it are rounded, so these are near the bytes of `bytestoclients`, not equal. */
const TRANSFERRED: readonly FieldSchema[] = [
  count("transfers", "answers that ended"),
  count("incomplete", "of these, ended before all was sent"),
  bytes("bytes", "sent, as the log rounds it"),
  ...ORIGINS.map(([from, place]) => bytes(`bytes.from${from}`, `of these, from ${place}`)),
];

/** What clients were served, and what of it was saved. */
const SERVED_PARTS: readonly FieldSchema[] = [
  bytes("local", "sent to clients from cache, peers and parents: it did not come from Apple"),
  bytes("origin", "sent to clients from Apple, over the WAN"),
  bytes("saved", "local, less what warming was given from the cache: the points of warming are negative, so sum it"),
];

/** The measurements, in the order the documentation lists them. */
export const MEASUREMENTS: readonly MeasurementSchema[] = [
  delta(
    "bytestoclients",
    "Bytes the cache sent in one interval, by where they came from and who took them.",
    FLOWS.map(({ from, to, place }) => bytes(`bytes.from${from}.to${to}`, `sent to ${to} from ${place}`)),
  ),
  {
    name: "served_1d",
    meaning:
      "What clients were served in a closed local day, in three numbers, for questions over a year of many caches. Written by the roll-up, from `bytestoclients` and from `precacheasset` (`saved` alone, with its `target`).",
    kind: "delta",
    rollup: false,
    tags: ["target"],
    fields: SERVED_PARTS,
  },
  {
    name: "fleet_1d",
    meaning:
      "The same, with no tags but `region` and `school_type`, so that a whole fleet needs few series: each cache has a millisecond of the day that its other tags choose. For sums by day over all caches of a group, not for one cache.",
    kind: "delta",
    rollup: false,
    tags: [],
    fields: SERVED_PARTS,
  },
  delta("bytesdropped", "Bytes fetched but not kept.", [
    bytes("bytes.dropped", "downloaded and not added to the cache"),
  ]),
  delta("bytesimported", "Bytes put into the cache by import.", [
    bytes("bytes.imported.byhttp", "imported over HTTP"),
    bytes("bytes.imported.byxpc", "imported on the cache itself"),
  ]),
  delta(
    "bytespurged",
    "Bytes evicted. The age fields are cumulative: a day is inside 7 days, inside 30 days, inside the total.",
    [
      bytes("bytes.purged.total", "evicted, whatever the age"),
      bytes("bytes.purged.youngerthan1day", "evicted within a day of their arrival"),
      bytes("bytes.purged.youngerthan7days", "evicted within 7 days of their arrival"),
      bytes("bytes.purged.youngerthan30days", "evicted within 30 days of their arrival"),
    ],
  ),
  delta("imports", "Imports into the cache.", [
    count("imports.byhttp", "imports over HTTP"),
    count("imports.byxpc", "imports on the cache itself"),
  ]),
  delta(
    "replies",
    "Answers the cache gave in one interval.",
    FLOWS.map(({ from, to, place }) => count(`replies.from${from}.to${to}`, `answered to ${to} from ${place}`)),
  ),
  delta("requests", "Requests the cache took in one interval.", [
    count("requests.fromclients", "asked by clients"),
    count("requests.frompeers", "asked by peers"),
    count("requests.fromchildren", "asked by child caches"),
    count("requests.rejected.fornospace", "turned away because the disk was full"),
  ]),
  {
    name: "cachestatus",
    meaning: "How the cache is: state, room and pressure.",
    kind: "gauge",
    rollup: false,
    tags: [],
    fields: [
      flag("activated", "switched on"),
      flag("active", "ready to serve"),
      count("registered", "registration with Apple: 1 done, 0 pending, -1 failed"),
      count("port", "TCP port it listens on; 0 when inactive"),
      bytes("used", "disk really used"),
      bytes("allocated", "whole size of the files it holds, even where only part is stored"),
      bytes("free", "room left, never negative"),
      bytes("limit", "the configured limit; absent when unlimited"),
      bytes("personal.used", "used by iCloud content"),
      ratio("pressure", "highest cache pressure of the last hour, 0 to 1"),
      count("parents", "parent caches known"),
      count("peers", "peers known"),
      flag("lowspace", "Apple says LOWSPACE"),
      flag("diskexceeded", "it holds more than it should: free was negative"),
      flag("startup.ok", "StartupStatus is OK"),
      text("startup", "StartupStatus, in Apple's word"),
      text(
        "state",
        "`serving`, `off`, `starting`, `suspended`, `silent` or `unreachable`, from the status and its port",
      ),
      text("registration.error", "RegistrationError, in Apple's word"),
      count("alerts", "alerts the cache itself raises"),
    ],
  },
  {
    name: "cachecontent",
    meaning: "What the cache holds, by Apple's category.",
    kind: "gauge",
    rollup: false,
    tags: ["kind"],
    fields: [bytes("bytes", "held of this kind")],
  },
  {
    name: "cachepeers",
    meaning: "Peers and parents, one point each.",
    kind: "gauge",
    rollup: false,
    tags: ["peer", "role"],
    fields: [flag("healthy", "able to answer"), flag("friendly", "accepts peering")],
  },
  {
    name: "cacheprobe",
    meaning:
      "Whether a cache answers on its port: `itself` on its own computer, `network` on its address, and every `host:port` of `sources.managerStatus.probes`.",
    kind: "gauge",
    rollup: false,
    tags: ["target"],
    fields: [
      flag("answers", "any HTTP status came back"),
      count("http", "that status: 400 is usual, 503 while it has suspended itself"),
      seconds("seconds", "how long it took"),
    ],
  },
  {
    ...delta(
      "cacheclients",
      "What clients asked for and were sent in five minutes, by family of device and system, from the cache's log.",
      [count("requests", "files asked for"), CLIENTS, ...TRANSFERRED],
    ),
    tags: ["family", "os"],
  },
  {
    ...delta("cachemodels", "The same by family and model of device.", [
      count("requests", "files asked for"),
      CLIENTS,
      bytes("bytes", "sent, as the log rounds it"),
    ]),
    tags: ["family", "model"],
  },
  {
    ...delta(
      "cachefiles",
      "The same by kind of file: `pkg`, `ipa`, `ipsw`, `zip`, `epub` and the like, `icloud` for personal content, `other`.",
      [count("requests", "files asked for"), ...TRANSFERRED],
    ),
    tags: ["kind"],
  },
  {
    name: "cachereport",
    stream: "receiver",
    meaning:
      "What only the report of macOS 27 says: load, clients connected, inventory by size. One point a report, of the receiver.",
    kind: "gauge",
    rollup: false,
    tags: [],
    fields: [
      text("guid", "which cache it is from, ServerGUID"),
      count("counted", "when the cache took its counters, Unix milliseconds: that is the time of their points"),
      seconds("period", "time the counters cover"),
      seconds("report.period", "time from one report to the next"),
      count("clients.connected", "clients connected now"),
      count("clients.unique", "clients of the period, each once"),
      count("clients.peak", "most clients connected at a time in the period"),
      count("transactions", "transactions since the report before"),
      count("errors", "errors the cache lists as recent"),
      text("errors.recent", "the same in Apple's form: code : reason : count, with commas between"),
      ratio("load", "threads ready to run, the system's load average"),
      count("entries", "files it holds"),
      count("assets.below10m", "of these, files below 10 MB"),
      count("assets.from10to100m", "files of 10 to 100 MB"),
      count("assets.from100mto1g", "files of 100 MB to 1 GB"),
      count("assets.above1g", "files above 1 GB"),
      bytes("assets.average", "average size of a file, in whole megabytes"),
      bytes("personal.free", "room left for iCloud content"),
      bytes("personal.limit", "the configured limit of iCloud content; absent when unlimited"),
    ],
  },
  {
    name: "cachehost",
    stream: "receiver",
    meaning:
      "What a cache that reports is and how it is set: written when it is first heard of, when it changes, and once a day.",
    kind: "gauge",
    rollup: false,
    tags: [],
    fields: [
      text("guid", "ServerGUID"),
      text("hostname", "what it calls itself"),
      text("serial", "serial number of the Mac"),
      text("hardware", "model of the Mac"),
      text("version", "version of the cache service"),
      count("schema", "version of the report"),
      bytes("memory", "memory of the Mac"),
      count("tetherator", "tethered caching: 1 on, 0 off, -1 unknown"),
      flag("restricted", "a restriction keeps some media out"),
      flag("allow.personal", "AllowPersonalCaching"),
      flag("allow.shared", "AllowSharedCaching"),
      flag("allow.tethered", "AllowTetheredCaching"),
      flag("listen.rangesonly", "ListenRangesOnly"),
      flag("local.subnetsonly", "LocalSubnetsOnly"),
      flag("peer.localsubnetsonly", "PeerLocalSubnetsOnly"),
      text("parent.policy", "ParentSelectionPolicy"),
    ],
  },
  {
    ...delta("receiver", "Reports that came in within a minute, of the receiver.", [
      count("reports", "taken"),
      count("repeated", "taken before: nothing was written"),
      count("setaside", "kept apart with the reason, as their time cannot be right"),
      count("refused", "answered 400: not a report"),
      count("unassigned", "taken, of caches that the site file does not name"),
    ]),
    stream: "receiver",
  },
  {
    name: "precacherun",
    stream: "precache",
    meaning: "One warming run, written when it ends: a run that was killed has none.",
    kind: "delta",
    rollup: true,
    tags: ["target"],
    fields: [
      count("planned", "assets planned"),
      count("warmed", "assets fetched whole through the cache"),
      count("cached", "assets that were there already"),
      count("failed", "assets that failed"),
      count("skipped", "assets left for another run: out of time, budget or room"),
      bytes("bytes.planned", "size of what was planned"),
      bytes("bytes.asked", "bytes read through the cache"),
      bytes("bytes.fromorigin", "of these, bytes the cache had to pull over the WAN"),
      seconds("seconds", "how long the run took"),
    ],
  },
  {
    name: "precacheasset",
    stream: "precache",
    meaning:
      "One asset of a warming run, written when it ends; of one that takes long, what came so far, every minute, with the outcome `partial`. What warming cost is added up from these, so that a run nobody ended counts too.",
    kind: "delta",
    rollup: true,
    rolledWithout: ["group", "outcome"],
    tags: ["target", "group", "outcome"],
    fields: [
      bytes("bytes", "size of the asset"),
      bytes("bytes.asked", "bytes read through the cache"),
      bytes("bytes.fromorigin", "of these, bytes the cache had to pull over the WAN"),
      count("devices", "devices waiting for it"),
      seconds("seconds", "how long it took"),
      text("url", "where it comes from"),
    ],
  },
  {
    name: "larder",
    meaning:
      "The collector itself, written after every pass; of a cache that sends reports, `up` and `lag` from the receiver.",
    kind: "gauge",
    rollup: false,
    tags: [],
    fields: [
      count("up", "1 after a pass that reached its sources, 0 after one that did not"),
      count("rows", "rows read in the pass"),
      count("lines", "lines appended to the journal in the pass"),
      count("shipped", "lines acknowledged by sinks in the pass"),
      bytes("backlog", "journal bytes the slowest sink has yet to take"),
      count("rejects", "lines permanently rejected in the pass"),
      count("expired", "lines older than a sink keeps, in the pass"),
      count("probe", "1 when a sink had to be asked whether it takes any line at all; without tags"),
      count("log.lines", "lines of the cache's log read in the pass"),
      count(
        "log.unknown",
        "of these, lines of no known shape: more of them after an update of macOS mean that Apple changed its log",
      ),
      count("log.unnamed", "requests in them that do not name their client, as `LogClientIdentity` is off"),
      seconds("lag", "age of the newest row"),
      seconds("seconds", "how long the pass took"),
    ],
  },
  {
    name: "alerts",
    stream: "alerts",
    meaning: "An alert began or ended.",
    kind: "event",
    rollup: false,
    tags: ["rule", "subject"],
    fields: [
      count("firing", "1 when it begins, 0 when it is over"),
      text("level", "`bad`: act now. `warn`: look"),
      count("since", "since when it is known to be wrong, Unix milliseconds"),
      seconds("lasted", "how long it lasted, where it is over"),
    ],
  },
  {
    name: "alertdeliveries",
    stream: "alerts",
    meaning: "A notice was sent to a notifier, or could not be.",
    kind: "event",
    rollup: false,
    tags: ["rule", "kind", "to"],
    fields: [
      text("outcome", "`delivered`, `accepted` (taken, and nobody knows whether it came) or `failed`"),
      count("tries", "attempts so far"),
      count("servers", "caches it is about"),
      text("about", "their names: the first of them"),
      text("why", "why it failed"),
    ],
  },
  {
    name: "events",
    meaning: "Things that happened: dashboard annotations.",
    kind: "event",
    rollup: false,
    tags: ["event"],
    fields: [
      text("title", "what happened"),
      text("text", "the details"),
      text("tags", "comma-separated words for Grafana"),
      seconds("planned.seconds", "of a warming run that begins: how long planning took"),
      count("planned.files", "of a warming run that begins: files it will ask for, of all its caches"),
      bytes("planned.bytes", "of a warming run that begins: their size, as far as it is known"),
    ],
  },
];

/** Roll-up periods and their suffixes. */
export const ROLLUP_SUFFIXES = { hour: "_1h", day: "_1d" } as const;

const byName = new Map(MEASUREMENTS.map((measurement) => [measurement.name, measurement]));

/** The schema of a measurement, also of `<name>_1h` and `<name>_1d`. */
export function measurementSchema(name: string): MeasurementSchema | undefined {
  const direct = byName.get(name);
  if (direct !== undefined) return direct;
  const base = byName.get(name.replace(/_1[hd]$/, ""));
  return base?.rollup === true && base.name !== name ? base : undefined;
}

/** The schema of a field, or undefined where we write no such field: roll-ups have sums alone, no text and no flags. */
export function fieldSchema(measurement: string, field: string): FieldSchema | undefined {
  const schema = measurementSchema(measurement);
  const found = schema?.fields.find(({ name }) => name === field);
  return schema?.name === measurement || (found !== undefined && isSummed(found)) ? found : undefined;
}

/** Whether roll-ups have the field. */
export function isSummed({ type }: FieldSchema): boolean {
  return type === "integer" || type === "float";
}

/** Kinds of `events` that tell of a wipe: two readings of a status say so, or the cache's own log. */
export const WIPE_EVENTS: readonly string[] = ["wiped", "cache-emptied"];

/** Kinds of `events` that a warming run leaves: the last of them says how it is. */
export const RUN_EVENTS: readonly string[] = ["run-start", "run-end", "run-skipped"];
