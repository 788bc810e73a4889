/**
 * Who is in trouble, and with what.
 *
 * @module
 */

import { THRESHOLDS } from "../../../core/thresholds.ts";
import { COLOURS } from "../../look/colours.ts";
import type { ValueMapping } from "../../look/grafana-types.ts";
import { column, sorted, stat, table, UNITS, type Unplaced } from "../../look/panels.ts";
import type { CacheCount, Condition, Figure } from "../../query/query.ts";
import { SILENT_AFTER, SILENT_WORDS } from "../../query/silent.ts";
import type { Setting } from "../../setting.ts";
import { ask, cacheLink, gauge, ROW, reporting } from "./ask.ts";

/**
 * Kinds of trouble: which caches have it. The number of caches with it is computed as all less those without, so that
 * no trouble is 0 and nothing known is "no data".
 */
export const TROUBLES: readonly {
  name: string;
  meaning: string;
  all: CacheCount;
  has?: Condition;
  fine: CacheCount;
}[] = [
  {
    name: "Silent",
    meaning: `Caches that reported in this time range, but not in its last ${SILENT_WORDS}.`,
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
    meaning: `Caches whose numbers do not get through: a sink has ${THRESHOLDS.backlogBytes.trouble / 1_000_000} MB of journal or more still to take.`,
    all: gauge("larder", "backlog"),
    has: { is: ">=", value: THRESHOLDS.backlogBytes.trouble },
    fine: gauge("larder", "backlog", { is: "<", value: THRESHOLDS.backlogBytes.trouble }),
  },
  {
    name: "Low on space",
    meaning: "Caches of which Apple says LOWSPACE.",
    all: gauge("cachestatus", "lowspace"),
    has: { is: "=", value: true },
    fine: gauge("cachestatus", "lowspace", { is: "=", value: false }),
  },
  {
    name: "Warming failed",
    meaning: "Caches whose last warming run left files behind that could not be fetched.",
    all: gauge("precacherun", "failed"),
    has: { is: ">=", value: THRESHOLDS.warmingFailed.trouble },
    fine: gauge("precacherun", "failed", { is: "<", value: THRESHOLDS.warmingFailed.trouble }),
  },
];

/** How many caches there are. */
export function known(setting: Setting): Unplaced {
  return stat(setting, {
    title: "Caches known",
    description: "Caches that reported at least once in the time range.",
    question: ask({ figures: [{ kind: "count", name: "Known", add: [reporting] }], buckets: "range" }),
    unit: UNITS.count,
    width: 4,
    height: 4,
  });
}

/** How many caches have a trouble. */
export function troubleCount(setting: Setting, { name, meaning, all, fine }: (typeof TROUBLES)[number]): Unplaced {
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

/** The caches in trouble, worst first. */
export function troubleMap(setting: Setting): Unplaced {
  const names = TROUBLES.map(({ name }) => name);
  return table(setting, {
    title: "Where the trouble is",
    description:
      "Caches with at least one trouble: those counted above, low on space, or files a warming run could not fetch. Those with most come first; a click opens the board of the cache.",
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
