/**
 * What probes wrote down, as JSON: files, ports, name servers, hosts, sinks. A file may be older or newer than this larder
 * or come from a stranger: every member has a limit, and one that is missing means that nobody looked.
 *
 * @module
 */
import * as z from "zod";

const text = z.string().max(2000);
const name = z.string().max(300);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(1000);
const seconds = z.number().min(0).nullish();

/** `about.json` */
export const aboutRecord = z.object({
  format: z.literal(1),
  larder: name,
  at: z.iso.datetime(),
  system: z.enum(["darwin", "linux", "other"]),
  /** `cache`: this computer is one, or is to be; `client`: a Mac that should use one; `server`: it watches others. */
  part: z.enum(["cache", "client", "server"]),
  addresses: list(z.object({ name, cidr: name })).default([]),
  /** Whether larder has settings there. */
  configured: z.boolean().default(false),
  /** Models of devices that the cache is to hold updates for; 0 where nobody said. */
  models: z.number().int().min(0).max(10_000).default(0),
});

/** `commands.json`: how commands ended; what they printed is in a file of its own. */
export const commandRecords = list(
  z.object({
    file: name,
    command: text,
    exit: z.number().int().nullable(),
    failed: z.enum(["missing", "denied", "slow", "long", "stopped", "failed"]).nullable(),
    complaint: text,
  }),
);
export type CommandRecord = z.output<typeof commandRecords>[number];

/** `files.json`: whether files are there and may be read. */
export const fileRecords = list(
  z.object({
    what: z.enum(["metrics-db", "metrics-sqlite", "data-folder", "state-folder", "settings"]),
    path: text,
    /** Node's code of opening it, `EACCES`; null where it could be opened. */
    code: name.nullable(),
    mode: z.number().int().nullish(),
    owner: z.number().int().nullish(),
    bytes: z.number().min(0).nullish(),
    changed: z.iso.datetime().nullish(),
    /** Of a database: the newest row. */
    newestRow: z.iso.datetime().nullish(),
    /** Of a database: larder's code where it could be opened and not read, `DB_CORRUPT`. */
    problem: name.nullish(),
    /** Of a folder: room on its disk. */
    freeBytes: z.number().min(0).nullish(),
  }),
);
export type FileRecord = z.output<typeof fileRecords>[number];

/** `late.json`: what had no answer when the time was up. */
export const lateRecords = list(z.object({ file: name, seconds: z.number().min(0) }));
export type LateRecord = z.output<typeof lateRecords>[number];

/** `ports.json`: what answered on the port of a cache. */
export const portRecords = list(
  z.object({
    /** `itself`: the cache on this computer; `network`: the same on its address; `located`: one the locator found. */
    whose: z.enum(["itself", "network", "located", "named", "remembered"]),
    address: name,
    http: z.number().int().nullable(),
    /** Node's code where there was no answer; null with one. */
    code: name.nullable(),
    seconds,
  }),
);
export type PortRecord = z.output<typeof portRecords>[number];

/** `hosts.json`: whether hosts of Apple's can be reached. */
export const hostRecords = list(
  z.object({
    host: name,
    port: z.number().int().min(1).max(65_535),
    code: name.nullable(),
    /** Who issued its certificate: organization or name; null where there is none. */
    issuer: name.nullish(),
    trusted: z.boolean().nullish(),
    seconds,
  }),
);
export type HostRecord = z.output<typeof hostRecords>[number];

/** `txt.json`: each name server asked on its own for the locator's records. Strings hold one byte a character. */
export const txtRecords = list(
  z.object({
    domain: name,
    server: name,
    /** `none`: it answered that there is no record. */
    outcome: z.enum(["found", "none", "silent", "refused"]),
    records: list(z.object({ name, strings: list(z.string().max(70_000)) })).default([]),
    seconds,
  }),
);
export type TxtRecord = z.output<typeof txtRecords>[number];

/** `sinks.json`: what a probe of each sink came to, step by step until one failed. */
export const sinkRecords = list(
  z.object({
    name,
    type: name,
    url: text,
    /** What the server says it is: `InfluxDB 1.8.10`; null where it does not say. */
    engine: name.nullish(),
    /** Type of sink that fits it; null where that is not known. */
    fits: name.nullish(),
    step: z.enum(["reach", "write", "read", "done"]),
    code: name.nullish(),
    said: text.nullish(),
    next: text.nullish(),
    /** Its clock when it answered. */
    clock: z.iso.datetime().nullish(),
    /** VictoriaMetrics: whether it removes points that were sent twice. */
    dedup: z.boolean().nullish(),
    /** How long it keeps points where larder writes them; null where it does not say, or keeps them for good. */
    keepsDays: z.number().min(0).nullish(),
    seconds,
  }),
);
export type SinkRecord = z.output<typeof sinkRecords>[number];

/** `notifiers.json`: whether the host of each answers; nothing is sent. */
export const notifierRecords = list(
  z.object({ name, type: name, place: text, code: name.nullable(), said: text.nullish() }),
);
export type NotifierRecord = z.output<typeof notifierRecords>[number];

/** `findings.json`: what `larder status` and `larder config check` found. */
export const findingRecords = list(
  z.object({
    from: z.enum(["status", "config"]),
    id: name,
    level: z.enum(["bad", "warn"]),
    said: text,
    next: text,
    where: text.nullish(),
  }),
);

/** `warming.json`: how larder would find the cache to warm. */
export const warmingRecord = z.object({
  wanted: z.boolean(),
  targets: list(name),
  silent: list(name).default([]),
  steps: list(z.object({ way: name, said: text, outcome: name })),
});

/** `network.json`: what the settings say of the way out. */
export const networkRecord = z.object({
  /** The proxy that is used, without a login. */
  proxy: text.nullable(),
  /** Who named it. */
  from: name.nullish(),
  code: name.nullish(),
});
