/**
 * The devices in a report: what came to the caches, by family, system and model, and which files they asked for. Pure.
 *
 * @module
 */
import { type ClientRow, type ClientSums, type Clients, groupClients } from "../core/history/history.ts";
import type { ClientGroup, ReportClients } from "./model.ts";
import type { Words } from "./words.ts";

/** Rows of a table; what is left is in no sentence, as it is little. */
const MOST_ROWS = 20;

/**
 * Undefined where nothing is known of clients.
 * @param days days with data: a client is counted on each day it comes
 */
export function reportClients({ bySystem, byModel, byKind }: Clients, days: number): ReportClients | undefined {
  if (bySystem.length === 0 && byModel.length === 0 && byKind.length === 0) return undefined;
  const groups = (rows: readonly ClientRow[], by: (row: ClientRow) => string | undefined): ClientGroup[] =>
    groupClients(rows, (row) => by(row) ?? "").map((group) => ({ name: group.name, ...numbersOf(group, days) }));
  return {
    families: groups(bySystem, ({ family }) => family),
    systems: groups(bySystem, ({ os }) => os),
    models: groups(byModel, ({ model }) => model),
    files: groups(byKind, ({ kind }) => kind),
  };
}

function numbersOf({ requests, bytes, clients }: ClientSums, days: number): Omit<ClientGroup, "name"> {
  return { requests, bytes, perDay: days > 0 ? Number(clients) / days : 0 };
}

/** A table of devices, in a language. */
export interface ClientTable {
  readonly name: string;
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Those of families, systems, models and files, without empty ones. */
export function clientTables(clients: ReportClients, words: Words): ClientTable[] {
  const { texts } = words;
  const table = (name: string, of: string, groups: readonly ClientGroup[], counted: boolean): ClientTable => ({
    name,
    titles: [of, ...(counted ? [texts.devicesADay] : []), texts.requests, texts.delivered],
    rows: groups
      .slice(0, MOST_ROWS)
      .map((group) => [
        group.name === "" ? texts.noSite : group.name,
        ...(counted ? [words.count(Math.round(group.perDay))] : []),
        words.count(Number(group.requests)),
        words.bytes(group.bytes),
      ]),
  });
  return [
    table(texts.families, texts.family, clients.families, true),
    table(texts.systems, texts.system, clients.systems, true),
    table(texts.models, texts.model, clients.models, true),
    table(texts.files, texts.kind, clients.files, false),
  ].filter(({ rows }) => rows.length > 0);
}
