/**
 * A report, exact: every property that is known has its type, or the report is refused with the reason.
 *
 * @module
 */
import type { Neighbour } from "../../core/cache/cache.ts";
import { parseIsoDate } from "../../core/time/iso-date.ts";
import { type PropertyType, REPORT_PROPERTIES } from "../mapping/mapping.ts";
import { parseReportJson, ReportFault } from "./report-json.ts";

export { ReportFault } from "./report-json.ts";

export interface Report {
  /** ServerGUID, in capitals. */
  readonly guid: string;
  /** When it was made, Unix milliseconds, by the clock of the cache. */
  readonly reportMs: number;
  /** When its counters were taken. */
  readonly countedMs: number;
  readonly hostname: string;
  /** "" where it has none. */
  readonly serial: string;
  /** Whole and other numbers, by property. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly texts: ReadonlyMap<string, string>;
  readonly flags: ReadonlyMap<string, boolean>;
  /** `parents` and `peers`, where it says. */
  readonly neighbours: ReadonlyMap<string, readonly Neighbour[]>;
  /** Properties we do not know, as a newer macOS may send. */
  readonly unknown: readonly string[];
}

const MAX_TEXT = 4096;
const MAX_NEIGHBOURS = 1000;
const MAX_UNKNOWN = 20;
const GUID = /^[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$/;
const CONTROL = /\p{Cc}/gu;
const REQUIRED = [...REPORT_PROPERTIES].flatMap(([name, { required }]) => (required === true ? [name] : []));

/**
 * Reads a report.
 * @throws ReportFault for what is not one
 */
export function parseReport(bytes: Uint8Array): Report {
  const value = parseReportJson(bytes);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ReportFault("Expected an object.");
  const found = new Draft();
  for (const [name, item] of Object.entries(value)) {
    // what is null is not there
    if (item === null) continue;
    const type = REPORT_PROPERTIES.get(name)?.type;
    if (type === undefined) found.unknown.push(name);
    else found.add(name, type, item);
  }
  return found.report();
}

/** What has been read so far. */
class Draft {
  readonly numbers = new Map<string, number>();
  readonly texts = new Map<string, string>();
  readonly flags = new Map<string, boolean>();
  readonly dates = new Map<string, number>();
  readonly neighbours = new Map<string, readonly Neighbour[]>();
  readonly unknown: string[] = [];

  add(name: string, type: PropertyType, value: unknown): void {
    switch (type) {
      case "count":
      case "integer":
      case "number":
        this.numbers.set(name, numberOf(name, type, value));
        return;
      case "flag":
        if (typeof value !== "boolean") throw wrong(name, "true or false");
        this.flags.set(name, value);
        return;
      case "date": {
        const ms = typeof value === "string" ? parseIsoDate(value) : undefined;
        if (ms === undefined) throw wrong(name, "a date such as 2026-09-16T08:05:00Z");
        this.dates.set(name, ms);
        return;
      }
      case "neighbours":
        this.neighbours.set(name, neighboursOf(name, value));
        return;
      default:
        this.texts.set(name, textOf(name, type, value));
    }
  }

  report(): Report {
    const missing = REQUIRED.find((name) => !this.#has(name));
    if (missing !== undefined) throw new ReportFault(`"${missing}" is missing.`);
    const reportMs = this.dates.get("reportDate") ?? 0;
    const { numbers, texts, flags, neighbours } = this;
    return {
      guid: (texts.get("serverGUID") ?? "").toUpperCase(),
      reportMs,
      countedMs: this.dates.get("creationDate") ?? reportMs,
      hostname: texts.get("hostname") ?? "",
      serial: texts.get("serialNumber") ?? "",
      ...{ numbers, texts, flags, neighbours },
      unknown: this.unknown.slice(0, MAX_UNKNOWN),
    };
  }

  #has(name: string): boolean {
    return this.numbers.has(name) || this.texts.has(name) || this.dates.has(name);
  }
}

function numberOf(name: string, type: PropertyType, value: unknown): number {
  if (typeof value !== "number") throw wrong(name, type === "number" ? "a number" : "a whole number");
  if (type === "number") {
    if (!Number.isFinite(value)) throw wrong(name, "a number");
    return value;
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw wrong(name, "a number below 2^53");
  if (!Number.isSafeInteger(value)) throw wrong(name, "a whole number");
  if (type === "count" && value < 0) throw wrong(name, "a number that is not negative");
  return value;
}

function textOf(name: string, type: PropertyType, value: unknown): string {
  if (typeof value !== "string") throw wrong(name, "a text");
  if (type === "guid" && !GUID.test(value)) throw wrong(name, "a UUID");
  const text = value.replaceAll(CONTROL, " ").trim();
  if (REPORT_PROPERTIES.get(name)?.required === true && text === "") throw wrong(name, "a text that is not empty");
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}

function neighboursOf(name: string, value: unknown): readonly Neighbour[] {
  if (!Array.isArray(value) || value.length > MAX_NEIGHBOURS) throw wrong(name, `at most ${MAX_NEIGHBOURS} objects`);
  return value.map((item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) throw wrong(name, "a list of objects");
    const { address, port, guid, healthy, friendly } = item as Record<string, unknown>;
    return {
      address: optional(`${name}.address`, "string", address),
      port: optional(`${name}.port`, "number", port),
      guid: optional(`${name}.guid`, "string", guid),
      healthy: optional(`${name}.healthy`, "boolean", healthy),
      friendly: optional(`${name}.friendly`, "boolean", friendly),
      alert: undefined,
    };
  });
}

interface Types {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

function optional<Type extends keyof Types>(name: string, type: Type, value: unknown): Types[Type] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw wrong(name, `a ${type}`);
  return (typeof value === "string" ? value.replaceAll(CONTROL, " ").trim().slice(0, MAX_TEXT) : value) as Types[Type];
}

function wrong(name: string, expected: string): ReportFault {
  return new ReportFault(`"${name}" is wrong: expected ${expected}.`);
}
