/**
 * Site: everything of one cache, or of the caches chosen together.
 *
 * Read from the points as they came, not from roll-ups, so that the last hour is there too.
 *
 * @module
 */
import { annotation, board } from "../board.ts";
import {
  barGauge,
  coloured,
  column,
  NOT_NEGATIVE,
  overTime,
  SOURCE_COLOURS,
  sorted,
  stat,
  type TimeSpec,
  table,
  UNITS,
  type Unplaced,
} from "../panels.ts";
import type { Dashboard, ValueMapping } from "../plain.ts";
import {
  between,
  type Figure,
  fromOrigin,
  greatestOf,
  hitRatio,
  lastOf,
  lastSeen,
  type Question,
  saved,
  served,
  servedBySource,
  sumOf,
  totalOf,
} from "../queries.ts";
import type { Setting } from "../setting.ts";
import { COLOURS, THRESHOLDS } from "../thresholds.ts";
import { BY_CACHE, selection } from "../variables.ts";

const ask = (question: Omit<Question, "select">): Question => ({ ...question, select: BY_CACHE });

/** The board. */
export function site(setting: Setting): Dashboard {
  return board(setting, {
    board: "site",
    title: "Site",
    description:
      "Everything of one cache: what it served, what it holds, how it is, and whether its numbers get through.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(setting, BY_CACHE),
    annotations: [
      annotation(setting, "Restarts and gaps", "restarted|gap", COLOURS.watch, BY_CACHE),
      annotation(setting, "Wiped", "wiped", COLOURS.trouble, BY_CACHE),
      annotation(setting, "Warming", "run-start|run-end", COLOURS.plain, BY_CACHE),
    ],
    sections: [
      { panels: numbers(setting) },
      { panels: traffic(setting) },
      { title: "What it holds", panels: content(setting) },
      { title: "Its neighbours and clients", panels: neighbours(setting) },
      { title: "Do its numbers get through", collapsed: true, panels: pipe(setting) },
    ],
  });
}

function numbers(setting: Setting): Unplaced[] {
  const of = (title: string, description: string, figure: Figure, unit: string) => ({
    title,
    description,
    question: ask({ figures: [figure], buckets: "range" as const }),
    unit,
    width: 4,
    height: 4,
    mappings: [NOT_NEGATIVE],
  });
  return [
    stat(setting, of("Served", "Bytes given to devices in the chosen time.", served(""), UNITS.bytes)),
    stat(
      setting,
      of(
        "Saved",
        "Bytes that did not have to come from Apple; what warming took is not counted.",
        saved(""),
        UNITS.bytes,
      ),
    ),
    stat(setting, {
      ...of("Hit ratio", "Share of what devices got that did not come from Apple.", hitRatio(""), UNITS.share),
      mappings: [],
      threshold: THRESHOLDS.hitRatio,
      decimals: 1,
    }),
    stat(setting, of("From Apple", "Bytes fetched over the WAN for devices.", fromOrigin(""), UNITS.bytes)),
    stat(setting, {
      ...of(
        "Highest pressure",
        "The highest cache pressure in the chosen time. At 100 % the cache evicts what it has just got.",
        greatestOf("cachestatus", "pressure", "Pressure"),
        UNITS.share,
      ),
      mappings: [],
      threshold: THRESHOLDS.pressure,
    }),
    stat(setting, {
      ...of(
        "Turned away",
        "Requests refused because the disk was full.",
        sumOf("requests", "requests.rejected.fornospace", "Turned away"),
        UNITS.count,
      ),
      threshold: THRESHOLDS.any,
      mappings: [],
    }),
  ];
}

function traffic(setting: Setting): Unplaced[] {
  const bars = (
    title: string,
    description: string,
    figures: readonly Figure[],
    unit: string,
    width: number,
  ): TimeSpec => ({
    title,
    description,
    question: ask({ figures, buckets: "interval" }),
    unit,
    width,
    height: 9,
    draw: "bars",
    stacked: true,
    legend: "sum",
  });
  return [
    overTime(setting, {
      ...bars(
        "Served by source",
        "Bytes given to devices, by where they came from: its own disk, a neighbour, a parent, or Apple. Totals of the chosen time stand in the legend.",
        servedBySource(""),
        UNITS.bytes,
        16,
      ),
      height: 11,
      overrides: SOURCE_COLOURS,
    }),
    overTime(setting, {
      ...bars(
        "Hit ratio",
        "Share of what devices got that did not come from Apple. No point where nothing was served.",
        [hitRatio("")],
        UNITS.share,
        8,
      ),
      height: 11,
      draw: "lines",
      stacked: false,
      legend: "mean",
      min: 0,
      max: 1,
      overrides: [coloured("Hit ratio", COLOURS.cache)],
    }),
    overTime(setting, {
      ...bars(
        "Answers by source",
        "Answers to devices, by where the content came from.",
        [
          sumOf("replies", "replies.fromcache.toclients", "Cache"),
          sumOf("replies", "replies.frompeers.toclients", "Peers"),
          sumOf("replies", "replies.fromparents.toclients", "Parents"),
          sumOf("replies", "replies.fromorigin.toclients", "Apple"),
        ],
        UNITS.count,
        12,
      ),
      overrides: SOURCE_COLOURS,
    }),
    overTime(
      setting,
      bars(
        "Requests by who asked",
        "Requests the cache took, and those it turned away for want of room.",
        [
          sumOf("requests", "requests.fromclients", "Devices"),
          sumOf("requests", "requests.frompeers", "Peers"),
          sumOf("requests", "requests.fromchildren", "Child caches"),
          sumOf("requests", "requests.rejected.fornospace", "Turned away"),
        ],
        UNITS.count,
        12,
      ),
    ),
  ];
}

function content(setting: Setting): Unplaced[] {
  const lines = { width: 8, height: 9, draw: "lines", legend: "last", min: 0 } as const;
  const bars = { width: 8, height: 9, draw: "bars", stacked: true, legend: "sum" } as const;
  return [
    barGauge(setting, {
      title: "Content by kind",
      description: "What the cache holds now, by Apple's categories.",
      question: ask({ figures: [totalOf("cachecontent", "bytes", "Held")], by: ["kind"], buckets: "range" }),
      unit: UNITS.bytes,
      width: 8,
      height: 9,
      transformations: [sorted("Held", true)],
    }),
    overTime(setting, {
      ...lines,
      title: "Disk",
      description: "Used and free disk, and the configured limit; no limit line means the cache is unlimited.",
      question: ask({
        figures: [
          totalOf("cachestatus", "used", "Used"),
          totalOf("cachestatus", "free", "Free"),
          totalOf("cachestatus", "limit", "Limit"),
        ],
        buckets: "interval",
      }),
      unit: UNITS.bytes,
    }),
    overTime(setting, {
      ...lines,
      title: "Cache pressure",
      description:
        "Apple's cache pressure: how much the cache would like more room. The dashed lines are where the alert rules watch and ring.",
      question: ask({ figures: [greatestOf("cachestatus", "pressure", "Pressure")], buckets: "interval" }),
      unit: UNITS.share,
      max: 1,
      threshold: THRESHOLDS.pressure,
    }),
    overTime(setting, {
      ...bars,
      title: "Evicted, by age",
      description:
        "Bytes thrown out to make room, by how long they had been there. What goes within a day was fetched for nothing.",
      question: ask({
        figures: [
          sumOf("bytespurged", "bytes.purged.youngerthan1day", "Within a day"),
          between("bytespurged", "bytes.purged.youngerthan7days", "bytes.purged.youngerthan1day", "1 to 7 days"),
          between("bytespurged", "bytes.purged.youngerthan30days", "bytes.purged.youngerthan7days", "7 to 30 days"),
          between("bytespurged", "bytes.purged.total", "bytes.purged.youngerthan30days", "Older"),
        ],
        buckets: "interval",
      }),
      unit: UNITS.bytes,
    }),
    overTime(setting, {
      ...bars,
      title: "Imported",
      description: "Bytes put into the cache by import, over HTTP or on the cache itself.",
      question: ask({
        figures: [
          sumOf("bytesimported", "bytes.imported.byhttp", "Over HTTP"),
          sumOf("bytesimported", "bytes.imported.byxpc", "On the cache"),
        ],
        buckets: "interval",
      }),
      unit: UNITS.bytes,
    }),
    overTime(setting, {
      ...bars,
      title: "Fetched but not kept",
      description: "Bytes downloaded and not added to the cache.",
      question: ask({ figures: [sumOf("bytesdropped", "bytes.dropped", "Not kept")], buckets: "interval" }),
      unit: UNITS.bytes,
    }),
  ];
}

const HEALTHY: ValueMapping = {
  type: "value",
  options: {
    true: { text: "yes", color: COLOURS.fine, index: 0 },
    "1": { text: "yes", color: COLOURS.fine, index: 1 },
    false: { text: "no", color: COLOURS.trouble, index: 2 },
    "0": { text: "no", color: COLOURS.trouble, index: 3 },
  },
};

function neighbours(setting: Setting): Unplaced[] {
  const yesNo = (name: string) =>
    column(name, { unit: "none", mappings: [HEALTHY], "custom.cellOptions": { type: "color-text" } });
  return [
    table(setting, {
      title: "Peers and parents",
      description: "The caches this one knows, and whether they answered when last asked.",
      question: ask({
        figures: [
          lastSeen("cachepeers", "healthy", "Last seen"),
          lastOf("cachepeers", "healthy", "Healthy"),
          lastOf("cachepeers", "friendly", "Peers with us"),
        ],
        by: ["server", "peer", "role"],
        buckets: "range",
      }),
      unit: "none",
      width: 12,
      height: 8,
      noValue: "–",
      overrides: [column("Last seen", { unit: UNITS.whenSeen }), yesNo("Healthy"), yesNo("Peers with us")],
    }),
    overTime(setting, {
      title: "Devices connected",
      description: "Devices connected at the same time, where the cache's log or Apple's report tells.",
      question: ask({
        figures: [totalOf("cacheclients", "connected", "Connected"), totalOf("cacheclients", "peak", "Most at once")],
        buckets: "interval",
      }),
      unit: UNITS.count,
      width: 12,
      height: 8,
      draw: "lines",
      legend: "last",
      min: 0,
    }),
    barGauge(setting, {
      title: "Devices by family",
      description: "Different devices in the chosen time, by family, where the cache's log or Apple's report tells.",
      question: ask({
        figures: [totalOf("cacheclients", "unique", "Devices")],
        by: ["family"],
        buckets: "range",
        where: { family: ".+" },
      }),
      unit: UNITS.count,
      width: 12,
      height: 8,
      transformations: [sorted("Devices", true)],
    }),
    barGauge(setting, {
      title: "Devices by system",
      description:
        "Different devices in the chosen time, by version of their system, where the cache's log or Apple's report tells.",
      question: ask({
        figures: [totalOf("cacheclients", "unique", "Devices")],
        by: ["os"],
        buckets: "range",
        where: { os: ".+" },
      }),
      unit: UNITS.count,
      width: 12,
      height: 8,
      transformations: [sorted("Devices", true)],
    }),
  ];
}

function pipe(setting: Setting): Unplaced[] {
  const shared = { width: 8, height: 8, draw: "lines", legend: "last", min: 0 } as const;
  return [
    overTime(setting, {
      ...shared,
      title: "Age of the newest row",
      description: "How old the newest row of the cache's database was after each pass of the collector.",
      question: ask({ figures: [greatestOf("larder", "lag", "Age")], buckets: "interval" }),
      unit: UNITS.seconds,
      threshold: THRESHOLDS.lagSeconds,
    }),
    overTime(setting, {
      ...shared,
      title: "Waiting to be sent",
      description:
        "Journal bytes the slowest sink has yet to take. It grows while a server is away and falls when it is back; nothing is lost meanwhile.",
      question: ask({ figures: [totalOf("larder", "backlog", "Waiting")], buckets: "interval" }),
      unit: UNITS.bytes,
      threshold: THRESHOLDS.backlogBytes,
    }),
    overTime(setting, {
      ...shared,
      draw: "bars",
      legend: "sum",
      title: "Rows and rejects",
      description: "Rows read and lines refused for ever. A refused line is kept in a file with the reason.",
      question: ask({
        figures: [sumOf("larder", "rows", "Rows read"), sumOf("larder", "rejects", "Refused")],
        buckets: "interval",
      }),
      unit: UNITS.count,
    }),
  ];
}
