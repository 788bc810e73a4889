/**
 * A year of 200 caches through all rules: how long it takes, and what of the planted faults is found.
 *
 *     npx tsx bench/alerts/year.ts [caches] [stepMinutes]
 *
 * @module
 */
import { liveYear } from "../../alerts/testing/year.ts";

const [caches = 200, stepMinutes = 15] = process.argv.slice(2).map(Number);
const began = performance.now();
const { rows, looks, notices } = liveYear({ seed: 7, caches, days: 365, stepMinutes });
const seconds = (performance.now() - began) / 1000;
console.table(rows);
const sum = (pick: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + pick(row), 0);
const reported = sum((row) => row.reported);
const planted = sum((row) => row.planted);
const precision = (reported - sum((row) => row.wrong)) / reported;
const recall = (planted - sum((row) => row.missed)) / planted;
console.log(`${caches} caches, ${looks} looks, ${notices.length} notices in ${seconds.toFixed(1)} s`);
console.log(`precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}`);
