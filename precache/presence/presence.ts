/**
 * Is it in the cache already? Four signs, in this order of trust; the first that speaks decides:
 *
 * 1. `X-Apple-Cached-Ranges` of the cache's own answer: how much of the file it holds.
 * 2. A missing Content-Type, precache.py's sign. It proves nothing alone, because some origins never send one; it
 *    is believed only of an origin that was seen sending one, and is off by default.
 * 3. AssetInfo.db and the bytes beside it, on the cache itself.
 * 4. Our own record of whole deliveries, while they are young.
 *
 * A cache that is known to send the first sign, because it did so of a file we had just brought, says by leaving it out
 * that it holds nothing: so a cache that was wiped is not taken for full because of our record. A record whose length is
 * not the one the cache answers with is not believed, nor one from the future.
 *
 * Silence of all four means: ask for it; a file that is there costs traffic of the local network only. How a cache
 * answers HEAD and Range is not publicly documented, so both are used to learn from and never relied on.
 *
 * @module
 */

import type { AssetInventory } from "../../core/cache/cache.ts";
import { ageText } from "../../core/words/amounts.ts";
import {
  type AssetHead,
  type CachedRanges,
  FetchError,
  type Fetcher,
  parseCachedRanges,
  throughCache,
} from "../transfer/transfer.ts";
import type { Asset, CacheTarget } from "../words/asset.ts";
import type { Deliveries } from "./delivery-book.ts";

export { oldLedgerPath, readDeliveries, readJournal } from "./deliveries.ts";
export { type Deliveries, type Delivery, DeliveryBook } from "./delivery-book.ts";
export { readOldLedger } from "./old-ledger.ts";

/** Which signs are believed. */
export interface HeldSigns {
  readonly cachedRanges: boolean;
  readonly contentType: boolean;
  readonly assetInfo: boolean;
  readonly ledger: boolean;
}

export const DEFAULT_SIGNS: HeldSigns = { cachedRanges: true, contentType: false, assetInfo: true, ledger: true };

/** What the signs say of one asset. `undefined`: nothing. */
export interface HeldVerdict {
  readonly held: boolean | undefined;
  /** For people: `in AssetInfo.db`. */
  readonly why: string;
}

export interface PresenceOptions {
  readonly fetcher: Fetcher;
  readonly signs?: HeldSigns;
  /** What earlier runs brought whole. */
  readonly deliveries?: Deliveries | undefined;
  /** Inventories of caches on this computer, by name of the target. */
  readonly inventories?: ReadonlyMap<string, AssetInventory>;
  /** Older deliveries are not believed: things get evicted. Default 7 days. */
  readonly maxAgeMs?: number;
  /** Hosts a file may be redirected to, beside Apple's and its own. */
  readonly hosts?: readonly string[];
  /** Unix milliseconds. */
  readonly nowMs?: () => number;
}

const UNKNOWN: HeldVerdict = { held: undefined, why: "nothing shows it" };
const SILENT: HeldVerdict = { held: undefined, why: "the cache does not answer about it" };
const WEEK_MS = 7 * 86_400_000;
/** Clocks are set right by so much. */
const CLOCK_STEP_MS = 5 * 60_000;
/** Failed connections after which a cache is not asked for heads any more. */
const SILENT_AFTER = 3;

/** Statuses with which a server says that it does not do HEAD. */
const NO_HEAD = new Set([400, 405, 501]);

export class Presence {
  readonly signs: HeldSigns;
  readonly #options: PresenceOptions;
  readonly #sendsType = new Set<string>();
  readonly #refusesHead = new Set<string>();
  readonly #asked = new Set<string>();
  /** Failed connections in a row, by address of the cache. */
  readonly #silent = new Map<string, number>();

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.signs = options.signs ?? DEFAULT_SIGNS;
  }

  /** All signs, the cache's answer first. It asks the cache for a head; no failure of that is an error here. */
  async check(target: CacheTarget, asset: Asset, signal?: AbortSignal): Promise<HeldVerdict> {
    if (this.signs.cachedRanges || this.signs.contentType) return (await this.look(target, asset, signal)).verdict;
    return await this.recall(target, asset);
  }

  /** Asks the cache for a head: what all signs say with it, and how long the file is, where it says so. */
  async look(
    target: CacheTarget,
    asset: Asset,
    signal?: AbortSignal,
  ): Promise<{ readonly verdict: HeldVerdict; readonly lengthBytes: number | undefined }> {
    const head = await this.#askHead(target, asset, signal);
    // what a cache holds that does not answer, or answers with something else, is of no use to anybody
    if (head === undefined) return { verdict: SILENT, lengthBytes: undefined };
    const lengthBytes = wholeLength(head) || undefined;
    const told = this.byAnswer(asset, head, cachedRangesOf(head));
    if (told.held !== undefined) return { verdict: told, lengthBytes };
    if (this.signs.cachedRanges && this.#options.deliveries?.tells(target.name) === true) {
      const why = "the cache lists what it holds, and not this";
      return { verdict: { held: false, why }, lengthBytes };
    }
    return { verdict: await this.recall(target, asset, lengthBytes), lengthBytes };
  }

  /** Whether it is still unknown if a target reports what it holds; true once for each. */
  mayLearn(target: CacheTarget): boolean {
    const { deliveries } = this.#options;
    if (deliveries === undefined || !this.signs.cachedRanges || this.#asked.has(target.name)) return false;
    this.#asked.add(target.name);
    return !deliveries.tells(target.name);
  }

  /** Asks about a file that has just arrived completely: does this cache report what it holds? That it does is remembered. */
  async learn(target: CacheTarget, asset: Asset, signal?: AbortSignal): Promise<void> {
    const head = await this.#askHead(target, asset, signal);
    const ranges = head === undefined ? undefined : cachedRangesOf(head);
    if (ranges !== undefined && ranges.endByte > 0) await this.#options.deliveries?.noteTells(target.name);
  }

  /** What the head of an answer shows. Remembers which origins send a Content-Type. */
  byAnswer(asset: Asset, head: AssetHead, cached: CachedRanges | undefined): HeldVerdict {
    const size = wholeLength(head);
    const sized = size !== undefined && (asset.sizeBytes === undefined || asset.sizeBytes === size);
    if (this.signs.cachedRanges && cached !== undefined && sized) {
      const held = cached.endByte >= size;
      return { held, why: held ? "X-Apple-Cached-Ranges" : `the cache holds ${cached.endByte} of ${size} bytes` };
    }
    if (!this.signs.contentType) return UNKNOWN;
    const { host } = new URL(asset.url);
    const typed = head.headers["content-type"] !== undefined;
    if (typed) this.#sendsType.add(host);
    if (!sized || !this.#sendsType.has(host)) return UNKNOWN;
    return { held: !typed, why: typed ? "Content-Type is sent" : "no Content-Type" };
  }

  /** Whether `recall` could know anything: a quick no for the many files nobody has heard of. */
  knows(target: CacheTarget, asset: Asset): boolean {
    const { inventories, deliveries } = this.#options;
    if (this.signs.assetInfo && inventories?.has(target.name) === true) return true;
    return this.signs.ledger && deliveries?.find(target.name, asset.url) !== undefined;
  }

  /** Whether the inventory or our own record claims that it is there. */
  async claims(target: CacheTarget, asset: Asset): Promise<boolean> {
    return (await this.recall(target, asset)).held === true;
  }

  /**
   * What is known without asking the cache: its inventory on this computer, and our own record.
   * @param lengthBytes what the cache says it is long: a record of another length is not believed
   */
  async recall(target: CacheTarget, asset: Asset, lengthBytes?: number): Promise<HeldVerdict> {
    const inventory = this.signs.assetInfo ? this.#options.inventories?.get(target.name) : undefined;
    if (inventory !== undefined) {
      const row = await inventory.held(asset.url);
      const total = asset.sizeBytes ?? lengthBytes ?? row?.totalBytes;
      const held = row !== undefined && total === row.totalBytes && row.heldBytes >= row.totalBytes;
      return { held, why: held ? "in AssetInfo.db" : "not whole in AssetInfo.db" };
    }
    const delivery = this.signs.ledger ? this.#options.deliveries?.find(target.name, asset.url) : undefined;
    if (delivery === undefined || delivery.sizeBytes === 0) return UNKNOWN;
    const ageMs = (this.#options.nowMs ?? Date.now)() - delivery.atMs;
    const sizes = [asset.sizeBytes, lengthBytes].filter((size) => size !== undefined);
    if (sizes.some((size) => size !== delivery.sizeBytes)) return UNKNOWN;
    // one from the future was written under another clock: how old it is, nobody knows
    if (ageMs < -CLOCK_STEP_MS || ageMs > (this.#options.maxAgeMs ?? WEEK_MS)) return UNKNOWN;
    return { held: true, why: `warmed ${ageText(ageMs)} ago` };
  }

  /** The head of what the cache would answer; by HEAD, or by a GET of one byte where HEAD is refused. */
  async #askHead(target: CacheTarget, asset: Asset, signal: AbortSignal | undefined): Promise<AssetHead | undefined> {
    const { fetcher, hosts = [] } = this.#options;
    if ((this.#silent.get(target.url) ?? 0) >= SILENT_AFTER) return undefined;
    const request = throughCache(target, asset, hosts);
    try {
      if (!this.#refusesHead.has(target.url))
        return await fetcher.fetchAsset({ ...request, method: "HEAD" }, { signal });
    } catch (error) {
      this.#noteSilence(target, error);
      if (!(error instanceof FetchError) || !NO_HEAD.has(error.status ?? 0)) return undefined;
      this.#refusesHead.add(target.url);
    }
    const onHead = ({ status }: AssetHead) => (status === 206 ? "read" : "leave");
    return await fetcher
      .fetchAsset({ ...request, headers: { range: "bytes=0-0" } }, { signal, onHead })
      .catch(() => undefined);
  }

  /** A cache nobody can connect to is not asked about thousands of files. */
  #noteSilence(target: CacheTarget, error: unknown): void {
    const silent = error instanceof FetchError && error.code === "FETCH_UNREACHABLE";
    this.#silent.set(target.url, silent ? (this.#silent.get(target.url) ?? 0) + 1 : 0);
  }
}

function cachedRangesOf(head: AssetHead): CachedRanges | undefined {
  return parseCachedRanges(head.headers["x-apple-cached-ranges"]);
}

/** Length of the whole file an answer speaks of, also where the answer is a part of it. */
function wholeLength(head: AssetHead): number | undefined {
  if (head.status !== 206) return head.lengthBytes;
  const total = /\/(\d{1,15})$/.exec(head.headers["content-range"] ?? "")?.[1];
  return total === undefined ? undefined : Number(total);
}
