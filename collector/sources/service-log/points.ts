/**
 * Sums of a batch as lines: `cacheclients`, `cachemodels`, `cachefiles`, `events`.
 *
 * A bucket of time may be counted in several batches, and each writes a point of its own: the number of the batch is the
 * millisecond of the bucket, so that no two are the same point, wherever the clock of the log jumps, and a batch that is
 * read again after a crash writes the same lines.
 *
 * @module
 */
import { joinSpans, type Span } from "../../../core/journal/journal.ts";
import { fieldText, tagText } from "../../../core/line/line.ts";
import type { NoticeKind } from "./message.ts";
import { BUCKET_MS, type Notice, type Sums, type Tally } from "./tally.ts";

/** What a line has beside its own tags, its fields and its time. */
export interface Stamp {
  /** Escaped text of the tags that go on every line. */
  readonly tags: string;
  /** Number of the batch. */
  readonly batch: number;
}

type Part = readonly [field: string, sum: keyof Sums];

const BYTES: readonly Part[] = [
  ["bytes", "sent"],
  ["bytes.fromcache", "fromCache"],
  ["bytes.fromorigin", "fromOrigin"],
  ["bytes.frompeers", "fromPeers"],
  ["bytes.fromparents", "fromParents"],
];
const TRANSFERS: readonly Part[] = [
  ["transfers", "transfers"],
  ["incomplete", "incomplete"],
];
const CLIENTS: readonly Part[] = [
  ["requests", "requests"],
  ["clients", "clients"],
];

const MEASUREMENTS = [
  ["cacheclients", "byOs", [...CLIENTS, ...TRANSFERS, ...BYTES]],
  ["cachemodels", "byModel", [...CLIENTS, ["bytes", "sent"]]],
  ["cachefiles", "byKind", [["requests", "requests"], ...TRANSFERS, ...BYTES]],
] as const satisfies readonly (readonly [string, keyof Tally, readonly Part[]])[];

const TITLES: Readonly<Record<NoticeKind, string>> = {
  "service-started": "Content caching started",
  "registration-refused": "Apple refused the registration",
  "cache-emptied": "The cache emptied itself",
  "service-suspended": "Content caching suspended",
  "disk-error": "Disk trouble of the cache",
};

const MAX_TEXT = 300;

export interface Lines {
  readonly lines: readonly string[];
  readonly span: Span | undefined;
}

/** The lines of a batch. */
export function tallyLines(tally: Tally, notices: readonly Notice[], stamp: Stamp): Lines {
  const lines: string[] = [];
  let span: Span | undefined;
  const offset = stamp.batch % BUCKET_MS;
  for (const [measurement, table, parts] of MEASUREMENTS) {
    for (const [bucket, rows] of tally[table]) {
      const timeMs = bucket + offset;
      for (const { tags, sums } of rows.values()) {
        const fields = parts
          .filter(([, sum]) => sums[sum] > 0)
          .map(([field, sum]) => `${field}=${fieldText({ integer: sums[sum] })}`);
        if (fields.length === 0) continue;
        lines.push(`${measurement}${stamp.tags}${tagText(tags)} ${fields.join(",")} ${timeMs}\n`);
        span = joinSpans(span, { fromMs: timeMs, toMs: timeMs });
      }
    }
  }
  for (const notice of notices) {
    lines.push(noticeLine(notice, stamp.tags));
    span = joinSpans(span, { fromMs: notice.timeMs, toMs: notice.timeMs });
  }
  return { lines, span };
}

function noticeLine({ kind, text, timeMs }: Notice, tags: string): string {
  const fields = { title: TITLES[kind], text: withoutAddresses(text).slice(0, MAX_TEXT), tags: `larder,${kind}` };
  const written = Object.entries(fields).map(([key, value]) => `${key}=${fieldText({ text: value })}`);
  return `events${tags}${tagText({ event: kind })} ${written.join(",")} ${timeMs}\n`;
}

/** A text without addresses of computers: they do not leave this one. */
export function withoutAddresses(text: string): string {
  return text
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "(address)")
    .replaceAll(/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{1,4}(?:%\w+)?(?![\w:])/gi, (found) =>
      /^\d\d:\d\d:\d\d$/.test(found) ? found : "(address)",
    );
}
