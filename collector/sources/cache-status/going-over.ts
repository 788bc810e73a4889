/**
 * Who counts the bytes of a cache, and from where: its totals, or rows of others (its reports, a database).
 *
 * Totals are those of a reading, rows those of the cache's own minutes, so the two compare exactly only
 * at a reading where nothing was under way: one that equals the reading before. From such a reading on, what the totals
 * have more than the rows is what rows have not counted. The totals hand over at such a reading, too.
 *
 * Two moves are not exact. Where no such reading comes for an hour, up to one interval of the rows is in both or in neither:
 * no reading says which minute a byte of the totals belongs to. And a database that appears after the totals have counted
 * brings rows of that time: it reads from its beginning and does not know of totals, and a total has no minutes to leave
 * out. Both are in docs/receive.md.
 *
 * @module
 */
import { type StatusTotals, TOTAL_NAMES, type TotalName } from "../../../core/cache/cache.ts";
import { forEachField, parseLine } from "../../../core/line/line.ts";
import type { SourceContext } from "../source.ts";
import type { Base, ManagerStatusCursor } from "./cursor.ts";
import { type TotalsChange, totalsChange } from "./flows.ts";

/** Longer than an interval of the cache's own counters. */
const STILL_MS = 120_000;
/** How long the totals wait for such a reading before they hand over at any. */
const HOLD_MS = 3_600_000;
/** Of what rows never bring, this much is looked back for. */
const KEPT_MS = 86_400_000;

type Totals = StatusTotals["bytes"];

interface Now {
  readonly timeMs: number;
  readonly totals: ManagerStatusCursor["totals"];
}

/** Whether nothing flowed since the reading before. */
function isStill(before: ManagerStatusCursor | undefined, { timeMs, totals }: Now): boolean {
  if (before?.totals === undefined || totals === undefined) return false;
  const same = TOTAL_NAMES.every((name) => before.totals?.bytes[name] === totals.bytes[name]);
  return same && before.totals.since === totals.since && timeMs - before.timeMs >= STILL_MS;
}

/** Whether the totals count at a reading, and since when others could. */
export function whoCounts(
  before: ManagerStatusCursor | undefined,
  reading: Now,
  { others, nowMs }: { readonly others: boolean; readonly nowMs: number },
): { readonly counting: boolean; readonly othersMs: number | undefined } {
  if (!others) return { counting: true, othersMs: undefined };
  const othersMs = before?.counting === true ? (before.othersMs ?? nowMs) : undefined;
  const waits = othersMs !== undefined && Math.abs(nowMs - othersMs) < HOLD_MS && !isStill(before, reading);
  return { counting: waits, othersMs: waits ? othersMs : undefined };
}

/**
 * Where counting would begin if the totals had to: kept while others count, and moved on at a reading where nothing is
 * under way and rows have counted all there is. What they have not stays open, and is counted when the totals do.
 */
export function nextBase(before: ManagerStatusCursor | undefined, reading: Now, counted: Totals): Base | undefined {
  const { totals, timeMs } = reading;
  if (totals === undefined) return before?.base;
  const here = { timeMs, totals };
  const known = before?.base;
  if (known === undefined || known.totals.since !== totals.since) return here;
  if (timeMs - known.timeMs > KEPT_MS) return here;
  const open = lessCounted(totalsChange(known.totals, totals).delta, counted);
  return isStill(before, reading) && TOTAL_NAMES.every((name) => open[name] === 0) ? here : known;
}

const FIELD = /^bytes\.(?:from(cache|origin|peers|parents)\.to(clients|peers|children)|(dropped|imported)\b.*)$/;
const TO: Readonly<Record<string, TotalName>> = { clients: "toClients", peers: "toPeers", children: "toChildren" };
const FROM: Readonly<Record<string, TotalName>> = { origin: "fromOrigin", peers: "fromPeers", parents: "fromParents" };

/** What rows of others have counted after a moment, as totals would have it. */
export async function countedByOthers(context: SourceContext, { timeMs }: Base): Promise<Totals> {
  const sums: Partial<Record<TotalName, number>> = {};
  const add = (name: TotalName | undefined, bytes: number): void => {
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + bytes;
  };
  const measurements = new Set(["bytestoclients", "bytesdropped", "bytesimported"]);
  for await (const line of context.alreadyTaken(measurements, timeMs + 1, Number.MAX_SAFE_INTEGER)) {
    const parsed = parseLine(line);
    // what is asked for is answered in pieces of a journal
    if (parsed === undefined || parsed.timeMs <= timeMs) continue;
    forEachField(parsed.fieldText, (field, value) => {
      const [, from = "", to = "", other] = FIELD.exec(field) ?? [];
      if (!("integer" in value)) return;
      const bytes = Number(value.integer);
      if (other === "dropped" || other === "imported") add(other, bytes);
      add(TO[to], bytes);
      add(FROM[from], bytes);
    });
  }
  return sums;
}

/** What of a change of the totals rows have not counted. */
export function lessCounted(delta: TotalsChange["delta"], counted: Totals): TotalsChange["delta"] {
  return Object.fromEntries(
    TOTAL_NAMES.map((name) => [name, Math.max(0, delta[name] - (counted[name] ?? 0))]),
  ) as Record<TotalName, number>;
}
