/**
 * Has what each report passes through compiled before the first one comes. A receiver that starts while a whole fleet
 * reports would else answer late for seconds: code that has not run yet is several times as slow.
 *
 * @module
 */
import { type PropertyType, REPORT_PROPERTIES } from "../mapping/mapping.ts";
import { parseReport } from "./report.ts";
import { hasCounters, hostText, reportLines } from "./report-lines.ts";

/** After as many, more change little. */
const REPORTS = 1500;

/** One of each type. */
const VALUES: Readonly<Record<PropertyType, unknown>> = {
  count: 123_456_789,
  integer: 1,
  number: 1.25,
  flag: true,
  date: "2026-09-16T08:05:00Z",
  guid: "00000000-0000-4000-8000-000000000000",
  text: "iCloud: 1.83GB iOS Software: 487KB",
  neighbours: [{ address: "10.0.0.1", port: 49_152, healthy: true }],
};

/** Reads made-up reports and makes lines of them, which takes some tenths of a second; nothing is written. */
export function warmUpReceiver(reports = REPORTS): void {
  const report = Object.fromEntries([...REPORT_PROPERTIES].map(([name, { type }]) => [name, VALUES[type]]));
  const texts = [0, 1, 2, 3].map((n) =>
    Buffer.from(JSON.stringify({ ...report, hostname: `cache${n}`, period: n + 60 })),
  );
  for (let n = 0; n < reports; n++) {
    const parsed = parseReport(texts[n % texts.length] ?? Buffer.from("{}"));
    const wanted = { tags: ",server=c", counters: hasCounters(parsed), host: hostText(parsed) !== "", heardMs: n };
    reportLines(parsed, wanted);
  }
}
