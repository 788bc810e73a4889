/**
 * What the lines of a batch add up to: counts and bytes of five minutes, by device and by kind of file, and what an admin
 * should know of.
 *
 * @module
 */
import { type Device, deviceOf, UNKNOWN_DEVICE } from "./device.ts";
import { fileKind, OTHER_KIND } from "./file-kind.ts";
import type { Message, NoticeKind, ServedBytes } from "./message.ts";

/** Points are sums of this long. */
export const BUCKET_MS = 300_000;

/** What a request was, kept until the line that says what was served. */
export interface Pending {
  readonly device: Device;
  readonly kind: string;
  /** Whether a file is to be sent: of a HEAD, nothing is. */
  readonly transfer: boolean;
}

/** Sums of one series in one bucket. */
export interface Sums {
  requests: number;
  clients: number;
  transfers: number;
  incomplete: number;
  sent: number;
  fromCache: number;
  fromOrigin: number;
  fromPeers: number;
  fromParents: number;
}

export interface Notice {
  readonly kind: NoticeKind;
  readonly text: string;
  readonly timeMs: number;
}

/** Requests that wait for their answer: the oldest are forgotten, and their bytes are then of an unknown device. */
const MAX_PENDING = 200;
/** Agents whose device is remembered. */
const MAX_AGENTS = 2000;
/** Series of one bucket; what is beyond is added to the unknown. */
const MAX_SERIES = 500;

type Table = Map<number, Map<string, { readonly tags: Readonly<Record<string, string>>; readonly sums: Sums }>>;

/** Whether a client is seen for the first time on the local day of a moment. */
export type FirstSeen = (address: string, timeMs: number) => boolean;

/** The sums a line adds to. */
interface RowsOf {
  readonly byOs: Sums;
  readonly byModel: Sums;
}

export class Tally {
  readonly #firstSeen: FirstSeen;
  readonly #agents = new Map<string, Device>();
  readonly #pending: Map<string, Pending>;
  #bucket = Number.NaN;
  readonly #found = new Map<Device, RowsOf>();
  readonly #kinds = new Map<string, Sums>();
  readonly notices: Notice[] = [];
  readonly byOs: Table = new Map();
  readonly byModel: Table = new Map();
  readonly byKind: Table = new Map();
  /** Requests of a client whose address the log does not name. */
  unnamed = 0;
  lines = 0;
  unknown = 0;

  constructor(pending: ReadonlyMap<string, Pending>, firstSeen: FirstSeen) {
    this.#pending = new Map(pending);
    this.#firstSeen = firstSeen;
  }

  /** Requests without an answer yet, the oldest first. */
  get pending(): ReadonlyMap<string, Pending> {
    return this.#pending;
  }

  /** Counts a line; `undefined` is one that is not understood. */
  add(timeMs: number, message: Message | undefined): void {
    this.lines++;
    if (message === undefined) this.unknown++;
    else if (message.type === "request") this.#request(timeMs, message);
    else if (message.type === "served") this.#served(timeMs, message);
    else if (message.type === "notice") this.#notice(timeMs, message);
  }

  /** Starts over, but for requests that wait. */
  clear(): void {
    this.notices.length = 0;
    for (const table of [this.byOs, this.byModel, this.byKind]) table.clear();
    this.#bucket = Number.NaN;
    this.unnamed = 0;
    this.lines = 0;
    this.unknown = 0;
  }

  #request(timeMs: number, { id, method, address, agent, file }: Message & { type: "request" }): void {
    const device = this.#deviceOf(agent);
    const kind = fileKind(file);
    const transfer = method !== "HEAD";
    this.#pending.delete(id);
    this.#pending.set(id, { device, kind, transfer });
    if (this.#pending.size > MAX_PENDING) this.#pending.delete(this.#pending.keys().next().value ?? "");
    if (!transfer) return;
    if (address === undefined) this.unnamed++;
    const first = address !== undefined && this.#firstSeen(address, timeMs) ? 1 : 0;
    const { byOs, byModel } = this.#rowsOf(timeMs, device);
    const byKind = this.#rowOf(kind);
    byOs.requests++;
    byModel.requests++;
    byKind.requests++;
    byOs.clients += first;
    byModel.clients += first;
  }

  #served(timeMs: number, { id, bytes, whole }: Message & { type: "served" }): void {
    const asked = this.#pending.get(id);
    this.#pending.delete(id);
    if (asked?.transfer === false) return;
    const { byOs, byModel } = this.#rowsOf(timeMs, asked?.device ?? UNKNOWN_DEVICE);
    addServed(byOs, bytes, whole);
    addServed(byModel, bytes, whole);
    addServed(this.#rowOf(asked?.kind ?? OTHER_KIND), bytes, whole);
  }

  #notice(timeMs: number, { kind, text }: Message & { type: "notice" }): void {
    // no request outlives the service
    if (kind === "service-started") this.#pending.clear();
    this.notices.push({ kind, text, timeMs });
  }

  /** Lines come in order, and devices are objects of their own: the sums of the last bucket are found by the device. */
  #rowsOf(timeMs: number, device: Device): RowsOf {
    const bucket = Math.floor(timeMs / BUCKET_MS) * BUCKET_MS;
    if (bucket !== this.#bucket) {
      this.#bucket = bucket;
      this.#found.clear();
      this.#kinds.clear();
    }
    let found = this.#found.get(device);
    if (found === undefined) {
      const { family, model, os } = device;
      found = { byOs: row(this.byOs, bucket, { family, os }), byModel: row(this.byModel, bucket, { family, model }) };
      this.#found.set(device, found);
    }
    return found;
  }

  /** The sums of a kind of file in the bucket of the last line. */
  #rowOf(kind: string): Sums {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const sums = row(this.byKind, this.#bucket, { kind });
    this.#kinds.set(kind, sums);
    return sums;
  }

  #deviceOf(agent: string): Device {
    const known = this.#agents.get(agent);
    if (known !== undefined) return known;
    if (this.#agents.size >= MAX_AGENTS) this.#agents.clear();
    const device = deviceOf(agent);
    this.#agents.set(agent, device);
    return device;
  }
}

function addServed(
  sums: Sums,
  { sent, fromCache, fromOrigin, fromPeers, fromParents }: ServedBytes,
  whole: boolean,
): void {
  sums.transfers++;
  if (!whole) sums.incomplete++;
  sums.sent += sent;
  sums.fromCache += fromCache;
  sums.fromOrigin += fromOrigin;
  sums.fromPeers += fromPeers;
  sums.fromParents += fromParents;
}

function row(table: Table, bucket: number, tags: Readonly<Record<string, string>>): Sums {
  let rows = table.get(bucket);
  if (rows === undefined) {
    rows = new Map();
    table.set(bucket, rows);
  }
  const full = rows.size >= MAX_SERIES && !rows.has(Object.values(tags).join("\n"));
  const kept = full ? othersOf(tags) : tags;
  const key = Object.values(kept).join("\n");
  const known = rows.get(key);
  if (known !== undefined) return known.sums;
  const sums = {
    requests: 0,
    clients: 0,
    transfers: 0,
    incomplete: 0,
    sent: 0,
    fromCache: 0,
    fromOrigin: 0,
    fromPeers: 0,
    fromParents: 0,
  };
  rows.set(key, { tags: kept, sums });
  return sums;
}

function othersOf(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(tags).map((key) => [key, key === "kind" ? OTHER_KIND : UNKNOWN_DEVICE.family]));
}
