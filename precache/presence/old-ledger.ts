/**
 * The ledger of version 0.1, a file of JSON lines beside the journal: what it knew is taken over once.
 *
 * @module
 */
import { readIfThere } from "../../core/files.ts";
import type { Delivery } from "./delivery-book.ts";

/** What the file holds. */
export interface OldLedger {
  readonly deliveries: readonly Delivery[];
  /** Names of caches known to report what they hold. */
  readonly telling: readonly string[];
}

const MAX_LINE_CHARACTERS = 16 * 1024;

/** Reads it; undefined when there is none, or it cannot be read: files are then asked for once more. */
export async function readOldLedger(path: string): Promise<OldLedger | undefined> {
  const bytes = await readIfThere(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const last = new Map<string, Delivery>();
  const telling = new Set<string>();
  // a torn last line is all that a kill can leave
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1).toString("utf8");
  for (const line of whole.split("\n")) {
    const value = line.length > MAX_LINE_CHARACTERS ? undefined : parse(line);
    if (value === undefined) continue;
    if (typeof value["forget"] === "string") forget(last, value["forget"]);
    else if (typeof value["tells"] === "string") telling.add(value["tells"]);
    else {
      const delivery = deliveryOf(value);
      if (delivery !== undefined) last.set(`${delivery.target}\n${delivery.url}`, delivery);
    }
  }
  return { deliveries: [...last.values()], telling: [...telling] };
}

/** A line we do not understand is not a delivery: that costs one more request, never a wrong "done". */
function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function deliveryOf({ target, url, size, at }: Readonly<Record<string, unknown>>): Delivery | undefined {
  if (typeof target !== "string" || typeof url !== "string" || !isCount(size) || !isCount(at)) return undefined;
  return { target, url, sizeBytes: size, atMs: at };
}

function forget(last: Map<string, Delivery>, target: string): void {
  for (const [key, delivery] of last) if (delivery.target === target) last.delete(key);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
