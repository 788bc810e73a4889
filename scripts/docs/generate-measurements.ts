/**
 * Writes docs/measurements.md from core/schema.ts: `npx tsx scripts/docs/generate-measurements.ts`, or all pages with
 * `npm run docs`.
 *
 * @module
 */
import {
  FROM_APPLE,
  FROM_CACHES,
  HIT_RATIO,
  type MeasuredFields,
  SAVED,
  SERVED,
  type SumMeasure,
  WARMING_COST,
  WARMING_EFFECT,
} from "../../core/measures.ts";
import {
  CLASSIC_TAGS,
  MEASUREMENTS,
  type MeasurementSchema,
  measurementSchema,
  ROLLUP_SUFFIXES,
} from "../../core/schema.ts";
import { code, type GeneratedPage, markdownTable, writeWhenStarted } from "./generated-page.ts";

const KINDS: Readonly<Record<MeasurementSchema["kind"], string>> = {
  delta: "deltas: sum them over time",
  gauge: "gauges: take the last",
  event: "events: something that happened",
};

export const measurementsPage: GeneratedPage = {
  path: "docs/measurements.md",
  text: () =>
    [INTRODUCTION, tagsPart(), savingsPart(), rollupPart(), QUERIES, listPart(), ...MEASUREMENTS.map(measurementPart)]
      .join("\n\n")
      .concat("\n"),
};

const INTRODUCTION = `# Measurements

<!-- Generated from core/schema.ts by scripts/docs/generate-measurements.ts. Do not edit: npm run docs -->

Everything larder writes, into the journal and to every sink alike, as InfluxDB line protocol in milliseconds. Byte, reply and
request fields are **deltas** of one interval, never running totals, so their sums are exact across resets, gaps and the edges of a
time range. The type of a field never changes: integers are written with \`i\`, ratios and seconds always as floats. Nothing else is
written: dashboards take their names from the same list.`;

function tagsPart(): string {
  return `## Tags

Every point carries \`server\` (a name unique in the fleet) and the tags of the admin's settings. The classic four are
${CLASSIC_TAGS.map(code).join(", ")}; any others may be added. \`server\` and \`time\` are taken. An empty tag is left out.
A few measurements have tags of their own, named with them below; \`fleet_1d\` alone has no \`server\`.`;
}

function savingsPart(): string {
  const terms = (parts: readonly MeasuredFields[]): string[] =>
    parts.flatMap(({ measurement, fields }) =>
      fields.map((field) => code(measurement === "bytestoclients" ? field : `${measurement} ${field}`)),
    );
  const formula = ({ add, subtract }: SumMeasure): string => [terms(add).join(" + "), ...terms(subtract)].join(" − ");
  const rows = [
    [SERVED.title, formula(SERVED), "what clients got; the classic dashboards call it TotalServed"],
    [FROM_APPLE.title, formula(FROM_APPLE), "the part of it that crossed the WAN"],
    [FROM_CACHES.title, formula(FROM_CACHES), "the rest: disk, peers and parents"],
    [SAVED.title, formula(SAVED), "did not cross the WAN for somebody who waited for it"],
    [
      HIT_RATIO.title,
      "from the caches ÷ served",
      "0 to 1; no value where nothing was served, which is not a ratio of 0",
    ],
    [WARMING_COST.title, formula(WARMING_COST), "what warming had the cache fetch"],
    [WARMING_EFFECT.title, formula(WARMING_EFFECT), "what the cache gave devices, not counting warming"],
  ];
  return `## Served, saved, from Apple, from the caches, hit ratio

Defined once, in \`core/measures.ts\`, over \`bytestoclients\` and \`precacheasset\`; \`larder history\`, \`larder status\`, the roll-ups and the boards
all use it.

${markdownTable(["word", "is", "meaning"], rows)}

A warming run is itself a client. What it is given from the cache's disk saved nobody anything, so *saved* takes it off: \`bytes.asked\` −
\`bytes.fromorigin\` of \`precacheasset\`, file by file as they end, so that a run that was killed counts too. A part of a longer time keeps its
sign, because parts add up: by hour, by day and all at once give the same total. A total is never shown below 0.`;
}

function rollupPart(): string {
  const leftOut = measurementSchema("precacheasset")?.rolledWithout ?? [];
  const rolled = MEASUREMENTS.filter(({ rollup }) => rollup).map(({ name }) => code(name));
  return `## Roll-ups

For ${rolled.join(", ")} the sums of every closed hour are written as \`<name>${ROLLUP_SUFFIXES.hour}\` and those of every closed
local day as \`<name>${ROLLUP_SUFFIXES.day}\`, with the same fields and tags (those of \`precacheasset\` without ${leftOut.map(code).join(" and ")}), stamped with the beginning of the hour or day. Days are
those of the time zone they began in; another \`timezone\` in the settings applies from the end of the day on. A bucket closes five minutes after its end;
what a late row changes is written as a further point of the bucket, a millisecond behind the last, with the difference, which may be negative: add
up all points of a bucket. Closed days are written once more in three numbers, as [\`served_1d\`](#served_1d) and
[\`fleet_1d\`](#fleet_1d), which answer questions over a year of many caches quickest. A sink may keep them in a database, bucket or retention policy of their own (\`sinks[].rollup\`).`;
}

const QUERIES = `## Two queries

InfluxQL, served by one site for each day of the last week:

\`\`\`sql
SELECT sum("bytes.fromcache.toclients") + sum("bytes.fromorigin.toclients") + sum("bytes.frompeers.toclients") AS TotalServed
FROM "autogen"."bytestoclients" WHERE "site_code" = '1234' AND time > now() - 7d GROUP BY time(1d) fill(none)
\`\`\`

MetricsQL, the share of the last day that did not come from Apple, by region. VictoriaMetrics joins measurement and field with \`_\`, so
the name has dots and is asked for by its label:

\`\`\`
1 - sum(sum_over_time({__name__="bytestoclients_bytes.fromorigin.toclients"}[1d])) by (region)
  / sum(sum_over_time({__name__=~"bytestoclients_bytes\\\\.from(cache|origin|peers|parents)\\\\.toclients"}[1d])) by (region)
\`\`\``;

function listPart(): string {
  const rows = MEASUREMENTS.map(({ name, kind, rollup, meaning }) => [
    `[\`${name}\`](#${name})`,
    kind,
    rollup ? `\`${ROLLUP_SUFFIXES.hour}\` \`${ROLLUP_SUFFIXES.day}\`` : "",
    meaning,
  ]);
  return `## All of them\n\n${markdownTable(["measurement", "kind", "roll-ups", "meaning"], rows)}`;
}

function measurementPart({ name, meaning, kind, rollup, tags, fields }: MeasurementSchema): string {
  const own = tags.length === 0 ? "No tags of its own" : `Tags of its own: ${tags.map(code).join(", ")}`;
  const itself = name.endsWith(ROLLUP_SUFFIXES.day) ? "a roll-up itself" : "not rolled up";
  const rolled = rollup ? "rolled up by hour and day" : itself;
  const rows = fields.map(({ name: field, type, unit, meaning: what }) => [code(field), type, unit, what]);
  return `### ${name}

${meaning} ${capital(KINDS[kind])}. ${own}; ${rolled}.

${markdownTable(["field", "type", "unit", "meaning"], rows)}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

writeWhenStarted(import.meta, measurementsPage);
