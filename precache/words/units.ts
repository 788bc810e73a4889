/**
 * Amounts as admins write them: `200 GB`, `40 MB/s`, `300 Mbit/s`, `4h`, `06:00`. Sizes are Apple's, powers of 1,000;
 * `GiB` and its like are powers of 1,024.
 *
 * @module
 */

const PREFIX: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 1024,
  mi: 1024 ** 2,
  gi: 1024 ** 3,
  ti: 1024 ** 4,
};

/** Bytes in text such as `200GB`, `1.5 TB`, `64 MiB`, `1000000`; undefined when it is not a size. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?(?:b|bytes?)?\s*$/i.exec(text);
  const factor = PREFIX[(match?.[2] ?? "").toLowerCase()];
  if (match === null || factor === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes a second in `40 MB/s`, `40MB` or, in bits, `300 Mbit/s`, `1 Gbps`; undefined when it is not a rate or zero. */
export function parseRate(text: string): number | undefined {
  const bits = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])?\s*(?:bit(?:s)?(?:\/s)?|bps)\s*$/i.exec(text);
  const value =
    bits === null
      ? parseBytes(text.replace(/\s*\/\s*s(ec)?\s*$/i, ""))
      : Math.floor((Number(bits[1]) * (PREFIX[(bits[2] ?? "").toLowerCase()] ?? 1)) / 8);
  return value === undefined || value < 1 ? undefined : value;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** Seconds in `90`, `90s`, `10m`, `4h`, `1d`; `now` is 0; undefined when it is not a length of time. */
export function parseSeconds(text: string): number | undefined {
  if (/^\s*now\s*$/i.test(text)) return 0;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|m|min|h|d)?\s*$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * (SECONDS[(match[2] ?? "s").toLowerCase()] ?? 1);
}

/** The next time the local clock shows `06:00`, after `nowMs`; undefined when the text is not a time of day. */
export function nextTimeOfDay(text: string, nowMs: number): number | undefined {
  const match = /^\s*([01]?\d|2[0-3]):([0-5]\d)\s*$/.exec(text);
  if (match === null) return undefined;
  const next = new Date(nowMs);
  next.setHours(Number(match[1]), Number(match[2]), 0, 0);
  if (next.getTime() <= nowMs) next.setDate(next.getDate() + 1);
  return next.getTime();
}
