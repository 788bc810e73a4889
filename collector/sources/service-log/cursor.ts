/**
 * Where the log source is.
 *
 * @module
 */
import { asCount, asList, asObject, type Json } from "../../../core/journal/journal.ts";
import type { Understood } from "../source.ts";
import type { FilePlace } from "./log-files.ts";
import { NOTICE_KINDS, type NoticeKind } from "./message.ts";
import type { SeenCounts } from "./seen-clients.ts";
import type { Taken } from "./taken.ts";
import type { Pending } from "./tally.ts";

export interface ServiceLogCursor {
  /** When it was read, Unix milliseconds. */
  readonly at: number;
  /** Number of the batch. */
  readonly batch: number;
  /** In a file: what has been read of it. */
  readonly file: FilePlace | undefined;
  /** Of a command: what has been taken of the system's log. */
  readonly taken: readonly Taken[];
  /** Time of the newest line taken from a command. */
  readonly newestMs: number | undefined;
  /** Clients counted on the days that are open. */
  readonly seen: SeenCounts;
  /** Requests that wait for their answer. */
  readonly pending: ReadonlyMap<string, Pending>;
  /** How well the log has been understood of late. */
  readonly recent: Recent;
  /** When a notice of a kind was last written. */
  readonly told: Readonly<Partial<Record<NoticeKind, number>>>;
}

/** Lines since a moment, a day back at most. */
export interface Recent extends Understood {
  readonly sinceMs: number;
}

export const NO_CURSOR: ServiceLogCursor = {
  at: 0,
  batch: 0,
  file: undefined,
  taken: [],
  newestMs: undefined,
  seen: {},
  pending: new Map(),
  recent: { sinceMs: 0, lines: 0, unknown: 0, unnamed: 0 },
  told: {},
};

/** The cursor as JSON. */
export function cursorJson(cursor: ServiceLogCursor): Json {
  const pending = [...cursor.pending].map(([id, { device, kind, transfer }]) => [
    id,
    device.family,
    device.model,
    device.os,
    kind,
    transfer,
  ]);
  const taken = cursor.taken.map(({ boot, ticks, lines }) => [boot, ticks, lines]);
  // what is undefined is left out
  return JSON.parse(JSON.stringify({ v: 1, ...cursor, pending, taken })) as Json;
}

/** A cursor from the journal; undefined for none, or one we do not understand: then reading begins again. */
export function parseCursor(json: Json | undefined): ServiceLogCursor | undefined {
  const cursor = asObject(json);
  if (cursor?.["v"] !== 1) return undefined;
  const at = asCount(cursor["at"]);
  const batch = asCount(cursor["batch"]);
  if (at === undefined || batch === undefined) return undefined;
  const told = asObject(cursor["told"]);
  const recent = asObject(cursor["recent"]);
  return {
    at,
    batch,
    file: parsePlace(asObject(cursor["file"])),
    taken: asList(cursor["taken"]).flatMap((each) => {
      const [boot, ticks, count] = asList(each);
      const lines = asCount(count);
      return typeof boot === "string" && typeof ticks === "string" && lines !== undefined
        ? [{ boot, ticks, lines }]
        : [];
    }),
    newestMs: asCount(cursor["newestMs"]),
    seen: Object.fromEntries(
      Object.entries(asObject(cursor["seen"]) ?? {}).flatMap(([day, json]) => {
        const count = asCount(json);
        return count === undefined ? [] : [[day, count]];
      }),
    ),
    pending: new Map(asList(cursor["pending"]).flatMap(parsePending)),
    recent: {
      sinceMs: asCount(recent?.["sinceMs"]) ?? 0,
      lines: asCount(recent?.["lines"]) ?? 0,
      unknown: asCount(recent?.["unknown"]) ?? 0,
      unnamed: asCount(recent?.["unnamed"]) ?? 0,
    },
    told: Object.fromEntries(
      NOTICE_KINDS.flatMap((kind) => {
        const ms = asCount(told?.[kind]);
        return ms === undefined ? [] : [[kind, ms]];
      }),
    ),
  };
}

function parsePlace(json: Readonly<Record<string, Json>> | undefined): FilePlace | undefined {
  const offset = asCount(json?.["offset"]);
  const headBytes = asCount(json?.["headBytes"]);
  const head = json?.["head"];
  const tail = json?.["tail"];
  if (offset === undefined || headBytes === undefined || typeof head !== "string") return undefined;
  return { offset, headBytes, head, tail: typeof tail === "string" ? tail : undefined };
}

function parsePending(json: Json): (readonly [string, Pending])[] {
  const [id, family, model, os, kind, transfer] = asList(json);
  const texts = [id, family, model, os, kind];
  if (texts.some((each) => typeof each !== "string") || typeof transfer !== "boolean") return [];
  const [name = "", ...rest] = texts as string[];
  const [a = "", b = "", c = "", d = ""] = rest;
  return [[name, { device: { family: a, model: b, os: c }, kind: d, transfer }]];
}
