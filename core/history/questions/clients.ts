/**
 * Who asked, and for what: from the log of a cache.
 *
 * A client is counted on each local day it comes: over several days, counts are days of clients, and those of a day are of
 * clients.
 *
 * @module
 */
import { addExact, type Integer } from "../../line/line.ts";
import type { HistoryQuery, Question, SumsRow } from "../ask.ts";

/** What clients asked for and were sent. */
export interface ClientSums {
  /** Files asked for. */
  readonly requests: Integer;
  /** Clients, each once a local day. */
  readonly clients: Integer;
  /** Answers that ended. */
  readonly transfers: Integer;
  /** Of these, ended before all was sent. */
  readonly incomplete: Integer;
  readonly bytes: Integer;
  readonly fromCache: Integer;
  readonly fromOrigin: Integer;
  readonly fromPeers: Integer;
  readonly fromParents: Integer;
}

/** Sums of a bucket of time, by family and system, family and model, or kind of file. Tags that are not of it are undefined. */
export interface ClientRow extends ClientSums {
  readonly startMs: number;
  readonly family: string | undefined;
  readonly os: string | undefined;
  readonly model: string | undefined;
  readonly kind: string | undefined;
}

/** All that is known of clients, most requests first within a bucket. */
export interface Clients {
  readonly bySystem: readonly ClientRow[];
  /** Requests, clients and bytes alone. */
  readonly byModel: readonly ClientRow[];
  /** Without clients. */
  readonly byKind: readonly ClientRow[];
}

/** Who asked for what, by bucket of time. */
export function clients(query: Omit<HistoryQuery, "measurement" | "groupBy">): Question<Clients> {
  return {
    sums: [
      { ...query, measurement: "cacheclients", groupBy: ["family", "os"] },
      { ...query, measurement: "cachemodels", groupBy: ["family", "model"] },
      { ...query, measurement: "cachefiles", groupBy: ["kind"] },
    ],
    answer: ({ sums: [bySystem = [], byModel = [], byKind = []] }) => ({
      bySystem: clientRows(bySystem),
      byModel: clientRows(byModel),
      byKind: clientRows(byKind),
    }),
  };
}

function clientRows(rows: readonly SumsRow[]): ClientRow[] {
  return rows
    .map(clientRow)
    .sort((a, b) => a.startMs - b.startMs || descending(a.requests, b.requests) || descending(a.bytes, b.bytes));
}

function descending(a: Integer, b: Integer): number {
  return a === b ? 0 : a < b ? 1 : -1;
}

function clientRow({ startMs, group, sums }: SumsRow): ClientRow {
  const sum = (field: string): Integer => sums[field] ?? 0;
  const { family, os, model, kind } = group;
  return {
    startMs,
    family,
    os,
    model,
    kind,
    requests: sum("requests"),
    clients: sum("clients"),
    transfers: sum("transfers"),
    incomplete: sum("incomplete"),
    bytes: sum("bytes"),
    fromCache: sum("bytes.fromcache"),
    fromOrigin: sum("bytes.fromorigin"),
    fromPeers: sum("bytes.frompeers"),
    fromParents: sum("bytes.fromparents"),
  };
}

/** Rows added up. */
export function totalClients(rows: readonly ClientSums[]): ClientSums {
  const sum = (pick: (row: ClientSums) => Integer): Integer =>
    rows.reduce<Integer>((total, row) => addExact(total, pick(row)), 0);
  return {
    requests: sum((row) => row.requests),
    clients: sum((row) => row.clients),
    transfers: sum((row) => row.transfers),
    incomplete: sum((row) => row.incomplete),
    bytes: sum((row) => row.bytes),
    fromCache: sum((row) => row.fromCache),
    fromOrigin: sum((row) => row.fromOrigin),
    fromPeers: sum((row) => row.fromPeers),
    fromParents: sum((row) => row.fromParents),
  };
}

/** Rows of one value of a tag added up, most requests first: families from rows by family and system, say. */
export function groupClients(
  rows: readonly ClientRow[],
  by: (row: ClientRow) => string,
): readonly (ClientSums & { readonly name: string })[] {
  const groups = new Map<string, ClientRow[]>();
  for (const row of rows) {
    const known = groups.get(by(row));
    if (known === undefined) groups.set(by(row), [row]);
    else known.push(row);
  }
  return [...groups]
    .map(([name, of]) => ({ name, ...totalClients(of) }))
    .sort((a, b) => descending(a.requests, b.requests) || descending(a.bytes, b.bytes));
}
