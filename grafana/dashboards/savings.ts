/**
 * Savings, for managers: what the caches saved, in bytes and in money, where, and compared with last month.
 *
 * Everything comes from daily roll-ups, so that a year of thousands of caches opens in a second.
 *
 * @module
 */
import { board } from "../board.ts";
import { linkTo } from "../links.ts";
import {
  barGauge,
  coloured,
  column,
  judged,
  limited,
  NOT_NEGATIVE,
  overTime,
  type PanelSpec,
  SOURCE_COLOURS,
  sorted,
  stat,
  table,
  UNITS,
  type Unplaced,
  words,
} from "../panels.ts";
import type { Dashboard } from "../plain.ts";
import { fromOrigin, hitRatio, type Question, saved, savedMoney, servedByDay } from "../queries.ts";
import type { Setting } from "../setting.ts";
import { COLOURS, THRESHOLDS } from "../thresholds.ts";
import { BY_SITE, priceVariable, selection, timezoneVariable } from "../variables.ts";

const ask = (question: Omit<Question, "select">): Question => ({ ...question, select: BY_SITE });

/** The board. */
export function savings(setting: Setting): Dashboard {
  return board(setting, {
    board: "savings",
    title: "Savings",
    description: "What the content caches saved: bytes that did not cross the WAN, and what they would have cost.",
    from: "now-30d/d",
    refresh: "1h",
    variables: [...selection(setting, BY_SITE), priceVariable(setting), ...timezoneVariable(setting)],
    sections: [
      { panels: sixNumbers(setting) },
      { panels: trend(setting) },
      { title: "Where it was saved", panels: [...groups(setting), ...sites(setting)] },
      { title: "How these numbers are made", collapsed: true, panels: [explanation()] },
    ],
  });
}

const SAVED_MEANS =
  "Bytes devices got from a cache, its peers or its parents instead of over the WAN. What nightly warming took from the caches is not counted.";

function sixNumbers(setting: Setting): Unplaced[] {
  const size = { width: 4, height: 5 };
  const number = (title: string, description: string, figure: Question["figures"][number], unit: string) => ({
    ...size,
    title,
    description,
    question: ask({ figures: [figure], buckets: "range" }),
    unit,
    mappings: [NOT_NEGATIVE],
  });
  const bytes = UNITS.bytes;
  return [
    stat(setting, number("Saved", SAVED_MEANS, saved("_1d"), bytes)),
    stat(setting, {
      ...number(
        "Money saved",
        "What the saved bytes would have cost at the price per GB typed above. It is an estimate: a price for each GB may not be how your line is paid.",
        savedMoney("_1d"),
        `currency:${setting.currency}`,
      ),
      decimals: 2,
    }),
    stat(setting, {
      ...number(
        "Served without Apple",
        "Of all bytes devices got, the share that came from a cache, its peers or its parents.",
        hitRatio("_1d", "Hit ratio"),
        UNITS.share,
      ),
      mappings: [],
      threshold: THRESHOLDS.hitRatio,
      decimals: 1,
    }),
    stat(
      setting,
      number("Fetched from Apple", "Bytes that did cross the WAN to serve devices.", fromOrigin("_1d"), bytes),
    ),
    stat(setting, {
      ...number("Saved this month", `${SAVED_MEANS} From the first of this month until now.`, saved("_1d"), bytes),
      timeFrom: "now/M",
    }),
    stat(setting, {
      ...number(
        "Same days last month",
        "The same days of last month, to compare this month with: the first until the same day and hour.",
        saved("_1d"),
        bytes,
      ),
      timeFrom: "now/M",
      timeShift: "1M",
    }),
  ];
}

function trend(setting: Setting): Unplaced[] {
  return [
    overTime(setting, {
      title: "Served to devices",
      description:
        "Every bar is a day; in ranges over twelve weeks a week, over eight months thirty days. Green came from the caches of the house, their own disks, peers and parents; orange had to come from Apple over the WAN. Warming at night is in it: it is served too.",
      question: ask({ figures: servedByDay(), buckets: "day" }),
      unit: UNITS.bytes,
      width: 16,
      height: 10,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: SOURCE_COLOURS,
    }),
    overTime(setting, {
      title: "Served without Apple, over time",
      description:
        "The share of bytes that did not come from Apple, in the same steps. Days without traffic have no point.",
      question: ask({ figures: [hitRatio("_1d", "Without Apple")], buckets: "day" }),
      unit: UNITS.share,
      width: 8,
      height: 10,
      draw: "lines",
      legend: "none",
      min: 0,
      max: 1,
      overrides: [coloured("Without Apple", COLOURS.cache)],
    }),
  ];
}

function groups(setting: Setting): Unplaced[] {
  const group = (title: string, description: string, tag: string): Unplaced =>
    barGauge(setting, {
      title,
      description,
      question: ask({ figures: [saved("_1d")], by: [tag], buckets: "range" }),
      unit: UNITS.bytes,
      width: 12,
      height: 7,
      mappings: [NOT_NEGATIVE],
      transformations: [sorted("Saved", true), limited(20)],
      overrides: [coloured("Saved", COLOURS.cache)],
    });
  return [
    group("Saved by region", "The twenty regions that saved most.", "region"),
    group("Saved by school type", "Saved bytes by the kind of school.", "school_type"),
  ];
}

/** Rows of the tables of sites; the descriptions say ten. */
const SITES = 10;

/** Each table has the two figures it needs: a third costs a large fleet in InfluxDB half as much again. */
function sites(setting: Setting): Unplaced[] {
  const shared = {
    unit: UNITS.bytes,
    width: 12,
    height: 10,
    overrides: [
      judged("Without Apple", UNITS.share, THRESHOLDS.hitRatio, { "custom.width": 130 }),
      column("Site", { links: [siteLink(setting)] }),
    ],
    mappings: [NOT_NEGATIVE],
  };
  const greatest = (figure: string, figures: Question["figures"]): Pick<PanelSpec, "question" | "transformations"> => ({
    question: ask({ figures, by: ["site_name", "region"], buckets: "range", top: { figure, rows: SITES } }),
    transformations: [sorted(figure, true), limited(SITES)],
  });
  return [
    table(setting, {
      ...shared,
      ...greatest("Saved", [saved("_1d"), fromOrigin("_1d")]),
      title: "Sites that saved most",
      description: "The ten sites with most bytes saved. A click on a site opens its own board for the same time.",
    }),
    table(setting, {
      ...shared,
      ...greatest("From Apple", [fromOrigin("_1d"), hitRatio("_1d", "Without Apple")]),
      title: "Sites that fetched most from Apple",
      description:
        "The ten sites whose devices pulled most over the WAN. A low share beside a high number is where a larger cache, or warming, would help first.",
    }),
  ];
}

function siteLink(setting: Setting): Readonly<Record<string, unknown>> {
  return {
    title: "Open this site",
    url: linkTo(setting, "site", ["var-site=${__data.fields.Site:percentencode}"]),
    targetBlank: false,
  };
}

function explanation(): Unplaced {
  return words(
    "In words",
    [
      "**Served** is everything the caches gave to devices. **From Apple** is the part that had to cross the WAN. **Saved** is the rest: from the cache itself, from a neighbouring cache, or from a parent cache of ours.",
      "",
      "When a cache is **warmed** at night, larder asks for updates before anybody does. Those bytes are served as well, to larder, but nobody was spared a download by that, so *saved* leaves them out. They count when a device asks for them the next morning.",
      "",
      "A day begins at midnight of the cache that wrote it. A day is written when it is over, so today is not in these numbers yet.",
    ].join("\n"),
    7,
  );
}
