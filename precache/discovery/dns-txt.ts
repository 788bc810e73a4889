/**
 * The DNS TXT records that tune Apple's locator: `_aaplcache._tcp`, then `_aaplcache1._tcp` to `_aaplcache24._tcp` while
 * each says that there is more. They hold address ranges, never the address of a cache.
 *
 * Source: Apple Platform Deployment, "Content caching advanced settings: DNS TXT records". Text values: `prs` public
 * ranges, `fss` favored caches; packed values: `prn` and `fsn`, a tag byte (high nibble: 1 one address, 2 first and
 * last; low nibble: 4 or 6, the family), then the addresses; `0x2b` says more.
 *
 * @module
 */
import { isIP } from "node:net";

/** Addresses from first to last; the same when it is one. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** What the chain of records says. */
export interface LocatorRecords {
  /** Public addresses of the site. */
  readonly publicRanges: readonly AddressRange[];
  /** Local addresses of the caches clients are to prefer. */
  readonly favoredRanges: readonly AddressRange[];
  /** Names that held a record, in order. */
  readonly names: readonly string[];
  /** What is odd about them, one sentence each. */
  readonly warnings: readonly string[];
}

/** The strings of every TXT record of a name; empty when it has none. Bytes, for packed values are not text. */
export type LookUpTxt = (name: string) => Promise<readonly Uint8Array[]>;

const MORE_TAG = 0x2b;
const LAST_NAME = 24;
const KEYS = ["prs", "prn", "fss", "fsn"] as const;
type Key = (typeof KEYS)[number];

/** Reads the chain of a domain. Ends at the first name without a record, or without *more*. */
export async function readLocatorRecords(domain: string, lookUp: LookUpTxt): Promise<LocatorRecords> {
  const publicRanges: AddressRange[] = [];
  const favoredRanges: AddressRange[] = [];
  const names: string[] = [];
  for (let n = 0; n <= LAST_NAME; n++) {
    const name = `_aaplcache${n === 0 ? "" : n}._tcp.${domain}`;
    const entries = (await lookUp(name)).flatMap((bytes) => parseTxt(bytes) ?? []);
    if (entries.length === 0) break;
    names.push(name);
    for (const { key, ranges } of entries) (key.startsWith("pr") ? publicRanges : favoredRanges).push(...ranges);
    if (!entries.some(({ more }) => more)) break;
  }
  return { publicRanges, favoredRanges, names, warnings: warningsFor(publicRanges) };
}

/** One string of a record, with or without the length byte that DNS-SD puts before it; undefined when it is not one of ours. */
export function parseTxt(bytes: Uint8Array): { key: Key; ranges: AddressRange[]; more: boolean } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const from of [0, 1]) {
    const head = buffer.subarray(from, from + 4).toString("latin1");
    const key = KEYS.find((name) => head === `${name}=`);
    if (key === undefined) continue;
    const value = buffer.subarray(from + 4);
    return { key, ...(key.endsWith("s") ? parseText(value.toString("latin1")) : parsePacked(value)) };
  }
  return undefined;
}

function parseText(value: string): { ranges: AddressRange[]; more: boolean } {
  const more = /(^|,)\s*more\s*$/.test(value);
  const ranges = value.split(",").flatMap((part): AddressRange[] => {
    const [first = "", last = first, ...rest] = part.split("-").map((address) => address.trim());
    return rest.length === 0 && isIP(first) !== 0 && isIP(first) === isIP(last) ? [{ first, last }] : [];
  });
  return { ranges, more };
}

function parsePacked(value: Buffer): { ranges: AddressRange[]; more: boolean } {
  const ranges: AddressRange[] = [];
  let at = 0;
  while (at < value.length) {
    const tag = value[at] ?? 0;
    if (tag === MORE_TAG) return { ranges, more: true };
    const [count, family] = [tag >> 4, tag & 0x0f];
    const size = family === 4 ? 4 : 16;
    if ((count !== 1 && count !== 2) || (family !== 4 && family !== 6) || at + 1 + count * size > value.length) break;
    const first = addressText(value.subarray(at + 1, at + 1 + size));
    const last = count === 1 ? first : addressText(value.subarray(at + 1 + size, at + 1 + 2 * size));
    ranges.push({ first, last });
    at += 1 + count * size;
  }
  return { ranges, more: false };
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}

function warningsFor(publicRanges: readonly AddressRange[]): string[] {
  return publicRanges
    .filter(({ first }) => isPrivateAddress(first))
    .map(({ first, last }) => `${rangeText({ first, last })} is private, where the site's public addresses belong`);
}

/** `10.0.0.1` or `10.0.0.1-10.0.0.9`. */
export function rangeText({ first, last }: AddressRange): string {
  return first === last ? first : `${first}-${last}`;
}

/** Whether an address is one the internet never sees. */
export function isPrivateAddress(address: string): boolean {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1$)/i.test(
    address,
  );
}
