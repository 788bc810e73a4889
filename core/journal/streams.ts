/**
 * The streams of the journal: who writes each, and whether it is of the first hand or computed from others.
 *
 * @module
 */
import { join } from "node:path";

/** `raw`: what happened, written once. `derived`: computed from raw streams, and computed again when need be. */
export type StreamKind = "raw" | "derived";

interface Stream {
  readonly kind: StreamKind;
  /** What has become of the data when lines could not be written: the state an error reports. */
  readonly unwritten: string;
}

const TABLE = {
  collector: {
    kind: "raw",
    unwritten:
      "nothing was lost: what was committed stays, and the rows will be read again from the end of the journal",
  },
  precache: {
    kind: "raw",
    unwritten:
      "what was warmed is in the cache; the latest lines of this run are missing, and the next run may ask for those files once more",
  },
  receiver: {
    kind: "raw",
    unwritten: "nothing was lost: the sender got no acknowledgement and sends its lines again",
  },
  imported: {
    kind: "raw",
    unwritten: "nothing was lost: what was committed stays, and the same command goes on where it ended",
  },
  alerts: {
    kind: "raw",
    unwritten: "what was committed stays; the latest changes of alerts are missing from the history",
  },
  rollup: {
    kind: "derived",
    unwritten: "nothing was lost: the sums will be computed again from the end of the journal",
  },
} as const satisfies Readonly<Record<string, Stream>>;

export type StreamName = keyof typeof TABLE;

/** All streams, one writer each. */
export const STREAMS = Object.keys(TABLE) as readonly StreamName[];

/** Streams of the first hand: sums over them count everything once. */
export const RAW_STREAMS: readonly StreamName[] = STREAMS.filter((stream) => TABLE[stream].kind === "raw");

/** Streams computed from others. */
export const DERIVED_STREAMS: readonly StreamName[] = STREAMS.filter((stream) => TABLE[stream].kind === "derived");

/** What becomes of lines of a stream that could not be written. */
export function unwrittenText(stream: StreamName): string {
  return TABLE[stream].unwritten;
}

/** Folder of a stream: `<stateDir>/journal/<stream>`. */
export function streamFolder(stateDir: string, stream: string): string {
  return join(stateDir, "journal", stream);
}
