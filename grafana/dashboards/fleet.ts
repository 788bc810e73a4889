/**
 * Fleet, for admins: who is in trouble, then one row for each cache.
 *
 * @module
 */
import { annotation, board } from "../board.ts";
import { linkTo } from "../links.ts";
import {
  barGauge,
  coloured,
  column,
  judged,
  limited,
  NOT_NEGATIVE,
  type Override,
  overTime,
  SOURCE_COLOURS,
  sorted,
  stat,
  table,
  UNITS,
  type Unplaced,
} from "../panels.ts";
import type { Dashboard, ValueMapping } from "../plain.ts";
import {
  type CacheCount,
  type Condition,
  type Figure,
  fields,
  fromOrigin,
  greatestOf,
  hitRatio,
  lastOf,
  lastSeen,
  type Question,
  served,
  servedBySource,
  sumOf,
} from "../queries.ts";
import type { Setting } from "../setting.ts";
import { COLOURS, SILENT_AFTER, THRESHOLDS } from "../thresholds.ts";
import { BY_SITE, selection } from "../variables.ts";

const ask = (question: Omit<Question, "select">): Question => ({ ...question, select: BY_SITE });

/** A cache row is known by all four. */
const ROW = ["server", "site_name", "region"] as const;

const gauge = (measurement: string, field: string, where?: Condition): CacheCount => ({
  of: fields(measurement, field),
  ...(where === undefined ? {} : { where }),
});

const reporting = gauge("larder", "up");

/**
 * Kinds of trouble: which caches have it. The number of caches with it is computed as all less those without, so that
 * no trouble is 0 and nothing known is "no data".
 */
const TROUBLES: readonly { name: string; meaning: string; all: CacheCount; has?: Condition; fine: CacheCount }[] = [
  {
    name: "Silent",
    meaning: `Caches that reported in this time range, but not in its last ${SILENT_AFTER}.`,
    all: reporting,
    fine: { ...reporting, within: SILENT_AFTER },
  },
  {
    name: "Not active",
    meaning: "Caches that say they are not ready to serve.",
    all: gauge("cachestatus", "active"),
    has: { is: "=", value: false },
    fine: gauge("cachestatus", "active", { is: "=", value: true }),
  },
  {
    name: "Unregistered",
    meaning: "Caches Apple does not send devices to: registration is pending or has failed.",
    all: gauge("cachestatus", "registered"),
    has: { is: "<", value: 1 },
    fine: gauge("cachestatus", "registered", { is: ">=", value: 1 }),
  },
  {
    name: "Under pressure",
    meaning: `Caches whose pressure is ${THRESHOLDS.pressure.trouble * 100} % or more: they evict what is still asked for.`,
    all: gauge("cachestatus", "pressure"),
    has: { is: ">=", value: THRESHOLDS.pressure.trouble },
    fine: gauge("cachestatus", "pressure", { is: "<", value: THRESHOLDS.pressure.trouble }),
  },
  {
    name: "Sink behind",
    meaning: "Caches whose numbers do not get through: a sink has more than 100 MB of journal still to take.",
    all: gauge("larder", "backlog"),
    has: { is: ">=", value: THRESHOLDS.backlogBytes.trouble },
    fine: gauge("larder", "backlog", { is: "<", value: THRESHOLDS.backlogBytes.trouble }),
  },
];

/** The board. */
export function fleet(setting: Setting): Dashboard {
  return board(setting, {
    board: "fleet",
    title: "Fleet",
    description: "Every cache, those in trouble first.",
    from: "now-24h",
    refresh: "5m",
    variables: selection(setting, BY_SITE),
    annotations: [annotation(setting, "Wiped", "wiped", COLOURS.trouble, BY_SITE)],
    sections: [
      { panels: [known(setting), ...TROUBLES.map((trouble) => troubleCount(setting, trouble))] },
      { panels: [troubleMap(setting)] },
      { title: "All caches", panels: [everyCache(setting)] },
      { title: "The whole fleet over time", panels: overall(setting) },
    ],
  });
}

function known(setting: Setting): Unplaced {
  return stat(setting, {
    title: "Caches known",
    description: "Caches that reported at least once in the time range.",
    question: ask({ figures: [{ kind: "count", name: "Known", add: [reporting] }], buckets: "range" }),
    unit: UNITS.count,
    width: 4,
    height: 4,
  });
}

function troubleCount(setting: Setting, { name, meaning, all, fine }: (typeof TROUBLES)[number]): Unplaced {
  return stat(setting, {
    title: name,
    description: meaning,
    question: ask({ figures: [{ kind: "count", name, add: [all], subtract: [fine] }], buckets: "range" }),
    unit: UNITS.count,
    width: 4,
    height: 4,
    threshold: THRESHOLDS.any,
  });
}

/** 1 where a cache has a trouble, nothing or 0 where not. */
function troubleFigure({ name, all, has, fine }: (typeof TROUBLES)[number]): Figure {
  if (has === undefined) return { kind: "count", name, add: [all], subtract: [fine] };
  return { kind: "count", name, add: [{ ...all, where: has }] };
}

const YES: ValueMapping = {
  type: "value",
  options: {
    "0": { text: " ", color: "transparent", index: 0 },
    "1": { text: "yes", color: COLOURS.trouble, index: 1 },
  },
};

function troubleMap(setting: Setting): Unplaced {
  const names = TROUBLES.map(({ name }) => name);
  return table(setting, {
    title: "Where the trouble is",
    description:
      "Caches with at least one of the troubles counted above, those with most first. A click opens the board of the cache.",
    question: ask({ figures: TROUBLES.map(troubleFigure), by: ROW, buckets: "range" }),
    unit: UNITS.count,
    width: 24,
    height: 8,
    noValue: " ",
    overrides: [
      column("Cache", { links: [cacheLink(setting)] }),
      ...names.map((name) =>
        column(name, {
          "custom.cellOptions": { type: "color-background", mode: "basic" },
          mappings: [YES],
          color: { mode: "fixed", fixedColor: "transparent" },
        }),
      ),
      column("Troubles", { "custom.width": 90 }),
    ],
    transformations: [
      {
        id: "calculateField",
        options: { mode: "reduceRow", reduce: { reducer: "sum", include: names }, alias: "Troubles" },
      },
      {
        id: "filterByValue",
        options: {
          filters: [{ fieldName: "Troubles", config: { id: "greater", options: { value: 0 } } }],
          type: "include",
          match: "any",
        },
      },
      sorted("Troubles", true),
    ],
  });
}

function everyCache(setting: Setting): Unplaced {
  return table(setting, {
    title: "Every cache",
    description:
      "One row for each cache in the chosen time. Served, From Apple and Hit ratio are of closed hours. A cell without a value means nothing was written, not zero.",
    question: ask({
      figures: [
        { kind: "count", name: "Up", add: [{ ...reporting, where: { is: "=", value: 1 }, within: SILENT_AFTER }] },
        lastSeen("larder", "up", "Last seen"),
        lastOf("cachestatus", "active", "Active"),
        hitRatio("_1h", "Hit ratio"),
        served("_1h"),
        fromOrigin("_1h"),
        lastOf("cachestatus", "pressure", "Pressure"),
        lastOf("cachestatus", "used", "Disk used"),
        lastOf("cachestatus", "free", "Disk free"),
        sumOf("precacherun_1d", "warmed", "Warmed"),
        sumOf("precacherun_1d", "failed", "Warming failed"),
      ],
      by: ROW,
      buckets: "range",
    }),
    unit: UNITS.bytes,
    width: 24,
    height: 16,
    noValue: "–",
    mappings: [],
    overrides: cacheColumns(setting),
    transformations: [sorted("Last seen", false)],
  });
}

const ACTIVE: ValueMapping = {
  type: "value",
  options: {
    true: { text: "yes", color: COLOURS.fine, index: 0 },
    "1": { text: "yes", color: COLOURS.fine, index: 1 },
    false: { text: "no", color: COLOURS.trouble, index: 2 },
    "0": { text: "no", color: COLOURS.trouble, index: 3 },
  },
};

/** A cache that has not reported lately has no value here, and that says something. */
const UP: readonly ValueMapping[] = [
  { type: "value", options: { "1": { text: "up", color: COLOURS.fine, index: 0 } } },
  { type: "special", options: { match: "null", result: { text: "silent", color: COLOURS.trouble, index: 1 } } },
];

function cacheColumns(setting: Setting): Override[] {
  return [
    column("Cache", { links: [cacheLink(setting)] }),
    column("Up", { mappings: UP, "custom.cellOptions": { type: "color-text" }, "custom.width": 80, unit: "none" }),
    column("Last seen", { unit: UNITS.whenSeen, "custom.width": 140 }),
    column("Active", {
      mappings: [ACTIVE],
      "custom.cellOptions": { type: "color-text" },
      "custom.width": 80,
      unit: "none",
    }),
    judged("Hit ratio", UNITS.share, THRESHOLDS.hitRatio, { decimals: 1 }),
    judged("Pressure", UNITS.share, THRESHOLDS.pressure, { decimals: 0 }),
    judged("Warming failed", UNITS.count, THRESHOLDS.warmingFailed),
    column("Warmed", { unit: UNITS.count }),
  ];
}

function cacheLink(setting: Setting): Readonly<Record<string, unknown>> {
  return {
    title: "Open this cache",
    url: linkTo(setting, "site", ["var-site=$__all", "var-server=${__data.fields.Cache:percentencode}"]),
    targetBlank: false,
  };
}

function overall(setting: Setting): Unplaced[] {
  return [
    overTime(setting, {
      title: "Served by source",
      description:
        "Bytes given to devices by all chosen caches, by where the bytes came from. Totals stand in the legend.",
      question: ask({ figures: servedBySource("_1h"), buckets: "interval" }),
      unit: UNITS.bytes,
      width: 12,
      height: 9,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: SOURCE_COLOURS,
    }),
    overTime(setting, {
      title: "Highest pressure by region",
      description:
        "The highest cache pressure in each region. The dashed lines are where the alert rules watch and ring.",
      question: ask({
        figures: [greatestOf("cachestatus", "pressure", "Pressure")],
        by: ["region"],
        buckets: "interval",
      }),
      unit: UNITS.share,
      width: 12,
      height: 9,
      draw: "lines",
      legend: "last",
      min: 0,
      max: 1,
      threshold: THRESHOLDS.pressure,
      overrides: [
        {
          matcher: { id: "byType", options: "number" },
          properties: [{ id: "color", value: { mode: "palette-classic" } }],
        },
      ],
    }),
    barGauge(setting, {
      title: "Fetched from Apple by cache",
      description: "The twenty caches that pulled most over the WAN in the chosen time.",
      question: ask({ figures: [fromOrigin("_1h")], by: ["server"], buckets: "range" }),
      unit: UNITS.bytes,
      width: 12,
      height: 10,
      mappings: [NOT_NEGATIVE],
      transformations: [sorted("From Apple", true), limited(20)],
      overrides: [coloured("From Apple", COLOURS.origin)],
    }),
    overTime(setting, {
      title: "Age of the newest row",
      description:
        "The greatest age of the newest row among the caches of each region: how far behind the numbers are.",
      question: ask({ figures: [greatestOf("larder", "lag", "Lag")], by: ["region"], buckets: "interval" }),
      unit: UNITS.seconds,
      width: 12,
      height: 10,
      draw: "lines",
      legend: "last",
      min: 0,
    }),
  ];
}
