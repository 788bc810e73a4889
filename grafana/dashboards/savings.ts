/**
 * Savings, for managers: what the caches saved, in bytes and in money, where, and compared with the time before.
 *
 * Everything comes from daily roll-ups, so that a year of thousands of caches opens in a second.
 *
 * @module
 */
import { HIT_RATIO } from "../../core/measures.ts";
import { THRESHOLDS } from "../../core/thresholds.ts";
import type { Installation } from "../installation.ts";
import {
  askSites,
  BY_SITE,
  bars,
  board,
  COLOURS,
  coloured,
  column,
  type Dashboard,
  judged,
  limited,
  linkTo,
  overTime,
  type PanelSpec,
  priceVariable,
  SOURCE_COLOURS,
  selection,
  sorted,
  stat,
  table,
  timezoneVariable,
  UNITS,
  type Unplaced,
  words,
} from "../look/look.ts";
import {
  fromOrigin,
  givenToWarming,
  hitRatio,
  type PanelQuestion,
  saved,
  savedChange,
  savedMoney,
  servedByDay,
  sumOf,
} from "../query/query.ts";

/** The board. */
export function savings(installation: Installation): Dashboard {
  return board(installation, {
    board: "savings",
    title: "Savings",
    description: "What the content caches saved: bytes that did not cross the WAN, and what they would have cost.",
    from: "now-30d/d",
    refresh: "1h",
    variables: [...selection(installation, BY_SITE), priceVariable(installation), ...timezoneVariable(installation)],
    sections: [
      { panels: sixNumbers(installation) },
      { panels: trend(installation) },
      { title: "Where it was saved", panels: [...groups(installation), ...sites(installation)] },
      { title: "Who it was served to", collapsed: true, panels: devices(installation) },
      { title: "How these numbers are made", panels: [explanation()] },
    ],
  });
}

const SAVED_MEANS =
  "Bytes devices got from a cache, its peers or its parents instead of from Apple. What warming took from the caches is not counted.";
const DAYS = "Whole days, from the first that the chosen time touches.";

function sixNumbers(installation: Installation): Unplaced[] {
  const number = (
    title: string,
    description: string,
    figure: PanelQuestion["figures"][number],
    unit: string = UNITS.bytes,
  ) => ({
    width: 4,
    height: 5,
    title,
    description,
    question: askSites({ figures: [figure], buckets: "range" }),
    unit,
  });
  return [
    stat(installation, number("Saved", `${SAVED_MEANS} ${DAYS}`, saved("_1d"))),
    stat(installation, {
      ...number(
        "Money saved",
        "What the saved bytes would have cost at the price per GB typed above. It is an estimate: your line may not be billed per GB.",
        savedMoney("_1d"),
        `currency:${installation.currency}`,
      ),
      decimals: 2,
    }),
    stat(installation, {
      ...number(
        HIT_RATIO.title,
        "Of everything served, to devices and to warming, the share that came from the caches: from a cache, its peers or its parents.",
        hitRatio("_1d"),
        UNITS.share,
      ),
      threshold: THRESHOLDS.hitRatio,
      decimals: 1,
    }),
    stat(installation, number("From Apple", "Bytes that crossed the WAN to be served.", fromOrigin("_1d"))),
    stat(
      installation,
      number(
        "Given to warming",
        "Bytes warming read from the caches. No device got them, so they are not in Saved: Saved, Given to warming and From Apple add up to everything served.",
        givenToWarming(),
      ),
    ),
    stat(installation, {
      ...number(
        "Saved, against the time before",
        "Saved on the complete days of the chosen time, against as many days just before them: with the last 30 days, month against month.",
        savedChange("Change", "Before"),
      ),
      noValue: "nothing to compare with",
      overrides: [
        column("Change", {
          unit: UNITS.share,
          decimals: 0,
          color: { mode: "thresholds" },
          thresholds: { mode: "absolute", steps: CHANGE_STEPS },
        }),
      ],
    }),
  ];
}

const CHANGE_STEPS = [
  { color: COLOURS.watch, value: null },
  { color: COLOURS.fine, value: 0 },
];

function trend(installation: Installation): Unplaced[] {
  const steps =
    installation.engine === "influxdb"
      ? "One bar per day (per week beyond 12 weeks, per 30 days beyond 8 months)."
      : "One bar per day.";
  return [
    overTime(installation, {
      title: "Served to devices",
      description: `${steps} Dark green: saved, served to devices by your caches. Light green: given to warming from what they held. Orange: from Apple.`,
      question: askSites({ figures: servedByDay(), buckets: "day" }),
      unit: UNITS.bytes,
      width: 16,
      height: 10,
      draw: "bars",
      stacked: true,
      legend: "sum",
      overrides: SOURCE_COLOURS,
    }),
    overTime(installation, {
      title: "Hit ratio, over time",
      description: "The share that came from the caches, in the same steps. Days without traffic have no point.",
      question: askSites({ figures: [hitRatio("_1d")], buckets: "day" }),
      unit: UNITS.share,
      width: 8,
      height: 10,
      draw: "lines",
      legend: "none",
      min: 0,
      max: 1,
      overrides: [coloured(HIT_RATIO.title, COLOURS.cache)],
    }),
  ];
}

function groups(installation: Installation): Unplaced[] {
  const group = (title: string, description: string, tag: string): Unplaced =>
    bars(installation, {
      title,
      description,
      question: askSites({ figures: [saved("_1d")], by: [tag], buckets: "range" }),
      unit: UNITS.bytes,
      width: 12,
      height: 7,
      transformations: [sorted("Saved", true), limited(20)],
      bar: "Saved",
      colour: COLOURS.cache,
    });
  return [
    group("Saved by region", "The twenty regions that saved most.", "region"),
    group("Saved by school type", "Saved bytes by the kind of school.", "school_type"),
  ];
}

/** Rows of the tables of sites; the descriptions say ten. */
const SITES = 10;

/** Each table has the two figures it needs: a third costs a large fleet in InfluxDB half as much again. */
function sites(installation: Installation): Unplaced[] {
  const shared = {
    unit: UNITS.bytes,
    width: 12,
    height: 10,
    overrides: [
      judged(HIT_RATIO.title, THRESHOLDS.hitRatio, { unit: UNITS.share, "custom.width": 130 }),
      column("Site", { links: [siteLink(installation)] }),
    ],
  };
  const greatest = (
    figure: string,
    figures: PanelQuestion["figures"],
  ): Pick<PanelSpec, "question" | "transformations"> => ({
    question: askSites({ figures, by: ["site_name", "region"], buckets: "range", top: { figure, rows: SITES } }),
    transformations: [sorted(figure, true), limited(SITES)],
  });
  return [
    table(installation, {
      ...shared,
      ...greatest("Saved", [saved("_1d"), fromOrigin("_1d")]),
      title: "Sites that saved most",
      description: "The ten sites with the most bytes saved. Click a site to open its board for the same time.",
    }),
    table(installation, {
      ...shared,
      ...greatest("From Apple", [fromOrigin("_1d"), hitRatio("_1d")]),
      title: "Sites with most from Apple",
      description:
        "The ten sites whose devices downloaded most from Apple. Where a high number has a low hit ratio beside it, a larger cache, or warming, would help first.",
    }),
  ];
}

/** The value as it is, not as it is shown: a site without a name is asked for as such. */
function siteLink(installation: Installation): Readonly<Record<string, unknown>> {
  return {
    title: "Open this site",
    url: linkTo(installation, "site", ["var-site=${__value.raw:percentencode}"]),
    targetBlank: false,
  };
}

/** Closed until somebody wants it: a year of many caches has millions of these sums. */
function devices(installation: Installation): Unplaced[] {
  const by = (title: string, tag: string): Unplaced =>
    bars(installation, {
      title,
      description: `What was sent, as the logs of the caches round it, where \`sources.serviceLog\` reads them. ${DAYS}`,
      question: askSites({ figures: [sumOf("cacheclients_1d", "bytes", "Sent")], by: [tag], buckets: "range" }),
      unit: UNITS.bytes,
      width: 12,
      height: 8,
      transformations: [sorted("Sent", true), limited(20)],
      bar: "Sent",
      colour: COLOURS.cache,
    });
  return [by("Sent, by family of device", "family"), by("Sent, by system", "os")];
}

function explanation(): Unplaced {
  return words(
    "In words",
    [
      "Everything the caches **served** is in one of three parts:",
      "",
      "- **Saved**: devices got it from a cache, from a peer or from a parent cache of yours. It did not cross the WAN again.",
      "- **Given to warming**: larder asked for it at night, and a cache had it already. No device was spared a download, so it is not *saved*; it counts when a device asks in the morning.",
      "- **From Apple**: it crossed the WAN, for a device or for warming.",
      "",
      "The **hit ratio** is the first two parts of all three. All panels count whole days, from midnight of the cache, and from the first day that the chosen time touches. A day is written when it is over, so today is not in these numbers yet.",
    ].join("\n"),
    8,
  );
}
