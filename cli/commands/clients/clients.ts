/**
 * What `larder clients` does: asks the journal who asked for what, and draws it.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import {
  ask,
  type ClientRow,
  type ClientSums,
  type Clients,
  clients as clientsQuestion,
  groupClients,
  totalClients,
} from "../../../core/history/history.ts";
import { momentText } from "../../../core/time/moments.ts";
import { bytesText, countText, percentText, shareOf } from "../../../core/words/amounts.ts";
import { isoTime } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { colour, print, printJson } from "../../output.ts";
import { type Column, table } from "../../table.ts";
import { parseTagFlags } from "../../tag-flags.ts";
import { parseRange } from "../../time-range.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import type { ClientsFlags } from "./register.ts";

const DAY_MS = 86_400_000;

/** A line of a table. */
type Named = ClientSums & { readonly name: string };

/** What is drawn. */
interface ClientsView {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
  /** Rows of each table. */
  readonly top: number;
}

/** Runs the command. */
export async function clients(flags: ClientsFlags): Promise<void> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal("clients", loaded);
  const { stateDir, timezone: timeZone, sources } = loaded.settings;
  const { fromMs, toMs } = parseRange(flags, timeZone, "show");
  const top = parseTop(flags.top);
  const [found] = await ask(stateDir, [
    clientsQuestion({ fromMs, toMs, by: "all", timeZone, tags: parseTagFlags(flags.tag) }),
  ]);
  if (flags.json === true) printJson(clientsJson(found, { fromMs, toMs }));
  else if (found.bySystem.length > 0) print(clientsText(found, { fromMs, toMs, timeZone, top }));
  else print(nothingText(sources.serviceLog.enabled));
}

function nothingText(readsLog: boolean): string {
  if (readsLog)
    return "The cache's log has no client in that time. For everything there is: larder clients --from 3650d --to now";
  return "The cache's log is not read, so its clients are unknown. Set sources.serviceLog.enabled: docs/clients.md";
}

function parseTop(text: string): number {
  if (/^\d{1,6}$/.test(text)) return text === "0" ? Number.POSITIVE_INFINITY : Number(text);
  throw new LarderError(`Cannot show "${text}" rows: expected a whole number`, {
    code: "USAGE_TOP",
    next: "write 15, or 0 for all",
  });
}

/** The page: a sentence, then a table for each question. */
function clientsText({ bySystem, byModel, byKind }: Clients, view: ClientsView): string {
  const tables = [
    clientTable(
      "family",
      groupClients(bySystem, ({ family }) => family ?? ""),
      view,
    ),
    clientTable(
      "model",
      groupClients(byModel, ({ model }) => model ?? ""),
      view,
    ),
    clientTable(
      "system",
      groupClients(bySystem, ({ os }) => os ?? ""),
      view,
    ),
    fileTable(
      groupClients(byKind, ({ kind }) => kind ?? ""),
      view,
    ),
  ];
  return [summary(bySystem, view), ...tables].join("\n\n");
}

function summary(rows: readonly ClientRow[], { fromMs, toMs, timeZone }: ClientsView): string {
  const { requests, clients: count, bytes, fromOrigin, incomplete } = totalClients(rows);
  const share = shareOf(Math.max(0, Number(bytes) - Number(fromOrigin)), Number(bytes));
  // over several days, a client counts on each
  const counted = toMs - fromMs <= DAY_MS + 3_600_000 ? "client" : "client-day";
  const who = Number(count) === 0 ? "Clients the log does not name" : countText(Number(count), counted);
  const lines = [
    `${momentText(fromMs, timeZone)} to ${momentText(toMs, timeZone)}`,
    `${who} asked for ${countText(Number(requests), "file")} and were sent ${colour(bytesText(bytes), "green")}, ${percentText(share)} of it without Apple.`,
  ];
  if (Number(incomplete) > 0)
    lines.push(`${countText(Number(incomplete), "transfer")} ended before everything was sent.`);
  return lines.join("\n");
}

function clientTable(title: string, rows: readonly Named[], view: ClientsView): string {
  return shortTable(rows, view, [
    { title, value: ({ name }) => name, maxWidth: 28 },
    { title: "clients", value: (row) => String(row.clients), align: "right" },
    { title: "requests", value: (row) => String(row.requests), align: "right" },
    { title: "sent", value: (row) => bytesText(row.bytes), align: "right" },
  ]);
}

function fileTable(rows: readonly Named[], view: ClientsView): string {
  return shortTable(rows, view, [
    { title: "kind of file", value: ({ name }) => name, maxWidth: 28 },
    { title: "requests", value: (row) => String(row.requests), align: "right" },
    { title: "sent", value: (row) => bytesText(row.bytes), align: "right" },
    { title: "from Apple", value: (row) => bytesText(row.fromOrigin), align: "right" },
    { title: "broken off", value: (row) => String(row.incomplete), align: "right" },
  ]);
}

function shortTable(rows: readonly Named[], { top }: ClientsView, columns: readonly Column<Named>[]): string {
  const shown = table(rows.slice(0, top), columns);
  return rows.length > top ? `${shown}\n… and ${rows.length - top} more: --top 0` : shown;
}

/** The same for scripts. */
function clientsJson(
  { bySystem, byModel, byKind }: Clients,
  { fromMs, toMs }: Pick<ClientsView, "fromMs" | "toMs">,
): unknown {
  const systems = bySystem.map(({ family, os, ...row }) => ({ family, os, ...sumsOf(row) }));
  const models = byModel.map(({ family, model, requests, clients: count, bytes }) => ({
    family,
    model,
    requests,
    clients: count,
    bytes,
  }));
  const files = byKind.map(({ kind, ...row }) => {
    const { clients: _, ...sums } = sumsOf(row);
    return { kind, ...sums };
  });
  return { from: isoTime(fromMs), to: isoTime(toMs), total: totalClients(bySystem), systems, models, files };
}

function sumsOf(row: ClientSums): ClientSums {
  return totalClients([row]);
}
