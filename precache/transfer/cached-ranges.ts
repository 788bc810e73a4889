/**
 * `X-Apple-Cached-Ranges: <GUID of the cache> bytes=0-732588`: what a cache holds of the file it is answering with.
 *
 * Captured in 2019 (macOS 10.15); whether newer caches send it is not publicly documented, so its absence says nothing.
 *
 * @module
 */

export interface CachedRanges {
  /** The cache that answers. */
  readonly guid: string;
  /** The first bytes of the file it holds without a gap: 0 when the file's beginning is missing. */
  readonly endByte: number;
}

/** Parses the header; undefined when it is absent or of another form. */
export function parseCachedRanges(header: string | undefined): CachedRanges | undefined {
  if (header === undefined || header.length > 4096) return undefined;
  const found = /^\s*([0-9A-Za-z-]{1,64})\s+bytes=([0-9,\s-]+)$/.exec(header);
  if (found === null) return undefined;
  let endByte = 0;
  const ranges = (found[2] ?? "").split(",").map((text) => /^\s*(\d{1,15})-(\d{1,15})\s*$/.exec(text));
  if (ranges.some((range) => range === null)) return undefined;
  const sorted = ranges.map((range) => [Number(range?.[1]), Number(range?.[2])] as const).sort((a, b) => a[0] - b[0]);
  for (const [first, last] of sorted) {
    if (first <= endByte && last >= first) endByte = Math.max(endByte, last + 1);
  }
  return { guid: found[1] ?? "", endByte };
}
