/**
 * A year of 200 caches through all rules: how long it takes, and what of the planted faults is found.
 *
 *     npx tsx bench/alerts/year.ts [caches] [stepMinutes] [days]
 *
 * @module
 */
import { liveYear } from "../../fixtures/watched-year/year.ts";
import { figure } from "../figures.ts";

const [caches = 200, stepMinutes = 15, days = 365] = process.argv.slice(2).map(Number);
const began = performance.now();
const cpu = process.cpuUsage();
const { rows, looks, notices, outages, complaints } = liveYear({ seed: 7, caches, days, stepMinutes });
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const sum = (pick: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + pick(row), 0);
const precision = (reported: number, wrong: number): number => (reported === 0 ? 1 : (reported - wrong) / reported);
const recall = (planted: number, missed: number): number => (planted === 0 ? 1 : (planted - missed) / planted);
console.table(
  rows.map((row) => ({
    ...row,
    precision: precision(row.reported + row.recovered, row.wrong).toFixed(4),
    recall: recall(row.planted, row.missed).toFixed(4),
  })),
);
console.table(outages);
for (const complaint of complaints) console.log(complaint);
console.log(
  `${caches} caches, ${looks} looks, ${notices.length} notices in ${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of computing)`,
);
figure({ what: `a year of ${caches} caches through all alert rules`, unit: "s", larder: [seconds], goal: "10 s" });
const reported = sum((row) => row.reported + row.recovered);
console.log(
  `precision ${precision(
    reported,
    sum((row) => row.wrong),
  ).toFixed(4)}, recall ${recall(
    sum((row) => row.planted),
    sum((row) => row.missed),
  ).toFixed(4)}, ${complaints.length} complaints`,
);
process.exitCode = complaints.length === 0 ? 0 : 1;
