/**
 * What a line of the service log says: its message, read once.
 *
 * Facts about the messages are few and none of them is a promise of Apple's, so a message is either one of these shapes or
 * unknown; the share of the known is reported, so that a change shows.
 *
 * @module
 */
import { logSize, SIZE } from "./log-size.ts";

/** Bytes of one answer, by where they came from. */
export interface ServedBytes {
  /** What was sent. */
  readonly sent: number;
  readonly fromCache: number;
  readonly fromOrigin: number;
  readonly fromPeers: number;
  readonly fromParents: number;
}

/** Something in the log that an admin should know. */
export const NOTICE_KINDS = [
  "service-started",
  "registration-refused",
  "cache-emptied",
  "service-suspended",
  "disk-error",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export type Message =
  /** A client asks. Its address is undefined where the cache does not log who its clients are. */
  | {
      readonly type: "request";
      readonly id: string;
      readonly method: string;
      readonly address: string | undefined;
      readonly agent: string;
      readonly file: string;
    }
  | {
      readonly type: "served";
      readonly id: string;
      readonly bytes: ServedBytes;
      /** Size of what was asked for. */
      readonly wanted: number;
      /** Whether all of it was sent. */
      readonly whole: boolean;
    }
  | { readonly type: "notice"; readonly kind: NoticeKind; readonly text: string }
  /** Known, and of no interest. */
  | { readonly type: "known" };

/** A message of no interest. */
export const KNOWN: Message = { type: "known" };

const REQUEST = /^#(\S{1,64}) Received ([A-Z]{1,16}) request (.+)$/s;
const SERVED = new RegExp(`^#(\\S{1,64}) Served (all )?(${SIZE}) of (${SIZE}); (.+)$`);
/** The shape nearly all answers have. */
const USUAL = new RegExp(
  `^#(\\S{1,64}) Served (all )?(${SIZE}) of (${SIZE}); (${SIZE}) from cache, (${SIZE}) stored from Internet, (${SIZE}) from peers$`,
);
const PART = new RegExp(
  `^(${SIZE}) (from cache|stored from Internet|from (?:origin|peers|parents)|stored from (?:peers|parents))$`,
);
const MAX_ID = 64;

/**
 * Whether a part of the program speaks of its work, for a request or for none: `#juj1UapxWU6Y ECAssetHandler[0x6c09dfc60]: …`.
 */
export function isInternal(text: string): boolean {
  const at = text.startsWith("#") ? text.indexOf(" ") + 1 : 0;
  if (at > MAX_ID + 2 || !text.startsWith("EC", at)) return false;
  const third = text.charCodeAt(at + 2);
  return third >= 0x41 && third <= 0x5a;
}

/** `AllowSharedCaching setting = 0` */
const SETTING = /^\w{1,64} setting = /;

/** How messages of no interest begin. */
const QUIET: readonly string[] = [
  "Since server start",
  "Cache manager finished scanning cache",
  "Retrieving configuration",
  "Request for configuration ",
  "Request for establishment ",
  "Cleaning cache",
  "Cleanup succeeded",
  "Registering for notifications",
  "Server GUID is ",
  "Registration succeeded",
];

const NOTICES: readonly (readonly [RegExp, NoticeKind])[] = [
  [/^Built-in Caching Server version \S+ started/, "service-started"],
  [/^Registration rejected/, "registration-refused"],
  [/^Removed all .{1,200} from the cache because /, "cache-emptied"],
  [/^Still not registered, flushing the cache/, "cache-emptied"],
  [/^Server is suspended pending successful registration/, "service-suspended"],
  [/^Timed out waiting for \/Volumes\//, "disk-error"],
  [/No space left on device|Input\/output error|Read-only file system|Device not configured/, "disk-error"],
];

/** What a message says; undefined when it is unknown. Never throws. */
export function parseMessage(text: string): Message | undefined {
  if (text.startsWith("#")) return ofRequest(text);
  if (QUIET.some((beginning) => text.startsWith(beginning)) || isInternal(text) || SETTING.test(text)) return KNOWN;
  const kind = NOTICES.find(([pattern]) => pattern.test(text))?.[1];
  return kind === undefined ? undefined : { type: "notice", kind, text };
}

/** A message that begins with the name of a request, `#juj1UapxWU6Y`. */
function ofRequest(text: string): Message | undefined {
  const space = text.indexOf(" ");
  if (text.startsWith("Received ", space + 1)) return parseRequest(text);
  if (text.startsWith("Served ", space + 1)) return parseServed(text);
  return isInternal(text) ? KNOWN : undefined;
}

/**
 * `from 10.0.1.5:50123 … model/iPhone7,2 … iOS/10.0.2 … <address of the file>`, `by "agent" for <address of the file>`, or
 * both: who asks comes first, the file last.
 */
function parseRequest(text: string): Message | undefined {
  const [, id, method, rest] = REQUEST.exec(text) ?? [];
  if (id === undefined || method === undefined || rest === undefined) return undefined;
  const end = rest.trimEnd();
  const file = end.slice(end.lastIndexOf(" ") + 1);
  const before = end.slice(0, end.length - file.length);
  const [said = "", from] = /^from (\S{1,80}) /.exec(before) ?? [];
  return {
    type: "request",
    id,
    method,
    address: from === undefined ? undefined : clientAddress(from),
    agent: before.slice(said.length),
    file,
  };
}

/** The address of `10.0.1.5:50123`, `[fe80::1%en0]:50123`, `fe80::1:50123`; the port is another for each request. */
export function clientAddress(text: string): string | undefined {
  const [, bracketed] = /^\[([^\]]+)\]/.exec(text) ?? [];
  const address = (bracketed ?? text.replace(/:\d{1,5}$/, "")).replace(/%.*$/, "").toLowerCase();
  const plain = address.replace(/^::ffff:(?=\d+\.)/, "");
  return /^[0-9a-f.:]{2,45}$/.test(plain) ? plain : undefined;
}

function parseServed(text: string): Message | undefined {
  const usual = USUAL.exec(text);
  if (usual === null) return parseUnusual(text);
  const [, id = "", all, sent = "", wanted = "", cache = "", origin = "", peers = ""] = usual;
  const sizes = {
    sent: logSize(sent),
    fromCache: logSize(cache),
    fromOrigin: logSize(origin),
    fromPeers: logSize(peers),
    fromParents: 0,
  };
  const whole = logSize(wanted);
  if (whole === undefined || !isKnown(sizes)) return undefined;
  return { type: "served", id, bytes: sizes, wanted: whole, whole: all !== undefined };
}

function isKnown(sizes: { readonly [Key in keyof ServedBytes]: number | undefined }): sizes is ServedBytes {
  const { sent, fromCache, fromOrigin, fromPeers } = sizes;
  return sent !== undefined && fromCache !== undefined && fromOrigin !== undefined && fromPeers !== undefined;
}

/** Parts in another order, or of other origins. */
function parseUnusual(text: string): Message | undefined {
  const [, id, all, sentText = "", wantedText = "", parts = ""] = SERVED.exec(text) ?? [];
  const sent = logSize(sentText);
  const wanted = logSize(wantedText);
  if (id === undefined || sent === undefined || wanted === undefined) return undefined;
  const bytes = { sent, fromCache: 0, fromOrigin: 0, fromPeers: 0, fromParents: 0 };
  for (const part of parts.trimEnd().split(/[,;] /)) {
    const [, sizeText = "", origin] = PART.exec(part) ?? [];
    const size = logSize(sizeText);
    if (size === undefined || origin === undefined) return undefined;
    if (origin.endsWith("cache")) bytes.fromCache += size;
    else if (origin.endsWith("peers")) bytes.fromPeers += size;
    else if (origin.endsWith("parents")) bytes.fromParents += size;
    else bytes.fromOrigin += size;
  }
  return { type: "served", id, bytes, wanted, whole: all !== undefined };
}
