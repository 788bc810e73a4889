/**
 * Whether a system update of this Mac came from a content cache: from what the system's log says on the client.
 *
 * Facts are of macOS 27: `softwareupdated` names the address a cache was found at, `mobileassetd` when a download ended. The
 * lines are written at the level info, which has to be asked for.
 *
 * @module
 */
import { streamCommand } from "../../core/cache/cache.ts";
import { LarderError } from "../../core/errors.ts";

export interface WhyOptions {
  /** Program and arguments that print the log as ndjson and end. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Something the log says of a download. */
export type WhyEvent =
  | {
      readonly kind: "requested";
      readonly timeMs: number;
      readonly version: string | undefined;
      readonly byMdm: boolean | undefined;
      readonly background: boolean | undefined;
    }
  /** A cache was found, and used. */
  | { readonly kind: "cache"; readonly timeMs: number; readonly cache: string }
  | { readonly kind: "downloaded"; readonly timeMs: number };

export interface Why {
  /** Lines of the log that were read. */
  readonly lines: number;
  /** By time. */
  readonly events: readonly WhyEvent[];
  /** Caches that were used, `host:port`, each once. */
  readonly caches: readonly string[];
  /** `nothing` where no download was seen. */
  readonly verdict: "cache" | "apple" | "nothing";
}

/** Nothing else of these programs is read: they write tens of thousands of lines an hour. */
const WANTED = ["ACSLocateCachingServer", "RequestDownloadUpdate", "MADownloadSuccessful"] as const;
const MAX_LINE = 256 * 1024;

/** What asks the system's log of a client. @param last how far back, as `log show --last` takes it: `24h` */
export function whyCommand(last: string): string[] {
  const predicate = WANTED.map((word) => `eventMessage CONTAINS "${word}"`).join(" OR ");
  return ["/usr/bin/log", "show", "--info", "--style", "ndjson", "--last", last, "--predicate", predicate];
}

/**
 * Reads the log.
 * @throws LarderError `WHY_LOG` when it cannot be read
 */
export async function readWhy({ command, timeoutMs, signal }: WhyOptions): Promise<Why> {
  const { chunks, complaint } = streamCommand(command, { timeoutMs, signal });
  const events: WhyEvent[] = [];
  let lines = 0;
  let rest = "";
  const take = (line: string): void => {
    if (line === "") return;
    lines++;
    const event = whyEvent(line);
    if (event !== undefined) events.push(event);
  };
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (parts.pop() ?? "").slice(0, MAX_LINE);
    for (const part of parts) take(part);
  }
  take(rest);
  const reason = complaint();
  if (reason !== undefined) {
    throw new LarderError(`Cannot read the log of this Mac with "${command.join(" ")}": ${reason}`, {
      code: "WHY_LOG",
      state: "nothing was changed",
      next: "run it on the client, as an administrator: sudo larder precache why",
      retryable: true,
    });
  }
  return { lines, ...verdictOf(events.sort((a, b) => a.timeMs - b.timeMs)) };
}

/** What a line of ndjson says of a download; undefined for all else. Never throws. */
export function whyEvent(line: string): WhyEvent | undefined {
  const fields = parsed(line);
  const { eventMessage: message, timestamp } = fields;
  if (typeof message !== "string" || typeof timestamp !== "string") return undefined;
  const timeMs = Date.parse(timestamp.replace(" ", "T").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  if (Number.isNaN(timeMs)) return undefined;
  const cache =
    /ACSLocateCachingServer -> newURL https?:\/\/(\[[0-9a-fA-F:.]{2,45}\]:\d{1,5}|[\w.-]{1,255}:\d{1,5})\//.exec(
      message,
    )?.[1];
  if (cache !== undefined) return { kind: "cache", timeMs, cache };
  if (message.includes("MADownloadSuccessful")) return { kind: "downloaded", timeMs };
  if (!message.includes("RequestDownloadUpdate")) return undefined;
  const version = /\brequestedPMV=([\w.]{1,32})/.exec(message)?.[1];
  return {
    kind: "requested",
    timeMs,
    version,
    byMdm: flagIn(message, "MDMInitiated"),
    background: flagIn(message, "Background"),
  };
}

function flagIn(message: string, name: string): boolean | undefined {
  const value = new RegExp(`\\b${name}=(YES|NO|true|false|1|0)\\b`, "i").exec(message)?.[1]?.toLowerCase();
  return value === undefined ? undefined : ["yes", "true", "1"].includes(value);
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What events come to. */
export function verdictOf(events: readonly WhyEvent[]): Omit<Why, "lines"> {
  const caches = [...new Set(events.flatMap((event) => (event.kind === "cache" ? [event.cache] : [])))];
  const verdict = caches.length > 0 ? "cache" : events.length > 0 ? "apple" : "nothing";
  return { events, caches, verdict };
}
