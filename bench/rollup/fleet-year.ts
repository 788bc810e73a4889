/** A fleet over a whole year of the past (VictoriaMetrics takes no points of the future), for the benches that ask of it. */
import { type Fleet, planFleet, wallDayStart } from "../../fixtures/fleet/index.ts";
import type { Span } from "./managers-questions.ts";

const ZONE = "Europe/Berlin";
const DAY_MS = 86_400_000;
const YEAR = 2025;
const FROM = Date.UTC(YEAR, 0, 1) - 3_600_000;

/** A fleet of twelve regions over the first days of the year. */
export function fleetOfYear(caches: number, days: number): { fleet: Fleet; span: Span } {
  // the midnight nearest, on either side of a change of the clock
  const span = { fromMs: FROM, toMs: wallDayStart(FROM + (days + 0.5) * DAY_MS, ZONE), zone: ZONE };
  const fleet = planFleet({ seed: 2026, caches, regions: 12, ...span, incidentsPerMonth: 0.3 });
  const starts = Array.from(
    { length: 12 },
    // local midnight: an hour before that of UTC in winter, two in summer
    (_, month) => Date.UTC(YEAR, month, 1) - (month >= 3 && month <= 9 ? 2 : 1) * 3_600_000,
  );
  return { fleet, span: { ...span, edges: [...starts.filter((start) => start < span.toMs), span.toMs] } };
}

/** The lines of some measurements. */
export function only(lines: string, measurements: RegExp): string {
  return lines
    .split("\n")
    .filter((line) => measurements.test(line))
    .map((line) => `${line}\n`)
    .join("");
}
