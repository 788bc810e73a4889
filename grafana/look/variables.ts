/**
 * The drop-downs of the boards.
 *
 * Region, school type, site and cache narrow one another in that order. All of them is `.*`, which keeps queries short
 * in a fleet of thousands and also matches points without the tag, so the boards work where no such tag is set.
 *
 * @module
 */

import { dataSourceType, type Installation } from "../installation.ts";
import { fields, influxWhere, metricsMatchers, type PanelQuestion } from "../query/query.ts";
import type { Variable } from "./grafana-types.ts";

/** Tags and their variables, coarse to fine. */
const CHOICES = [
  { tag: "region", name: "region", label: "Region" },
  { tag: "school_type", name: "school_type", label: "School type" },
  { tag: "site_name", name: "site", label: "Site" },
  { tag: "server", name: "server", label: "Cache" },
] as const;

/** What most boards select on. */
export const BY_SITE = { region: "region", school_type: "school_type", site_name: "site" } as const;

/** What the board of one cache selects on. */
export const BY_CACHE = { ...BY_SITE, server: "server" } as const;

/** A question of the sites chosen in a board. */
export const askSites = (question: Omit<PanelQuestion, "select">): PanelQuestion => ({ ...question, select: BY_SITE });

/** A question of the caches chosen in a board. */
export const askCaches = (question: Omit<PanelQuestion, "select">): PanelQuestion => ({
  ...question,
  select: BY_CACHE,
});

/** The reference every query carries: whatever data source is chosen in the board. */
export function dataSource(installation: Installation): { type: string; uid: string } {
  return { type: dataSourceType(installation.engine), uid: "${datasource}" };
}

/** The data source, then the drop-downs for the tags a board selects on. */
export function selection(installation: Installation, select: Readonly<Record<string, string>>): Variable[] {
  const chosen = CHOICES.filter(({ tag }) => select[tag] !== undefined);
  return [
    {
      type: "datasource",
      name: "datasource",
      label: "Data source",
      query: dataSourceType(installation.engine),
      refresh: 1,
      regex: "",
      current: { text: `${installation.prefix} ${installation.engine}`, value: dataSourceUid(installation) },
      hide: 0,
    },
    ...chosen.map(({ tag, name, label }, i): Variable => {
      const above = Object.fromEntries(chosen.slice(0, i).map((each) => [each.tag, each.name]));
      return {
        type: "query",
        name,
        label,
        datasource: dataSource(installation),
        query: valuesQuery(installation, tag, above),
        refresh: 2,
        sort: 1,
        multi: true,
        includeAll: true,
        allValue: ".*",
        current: { text: ["All"], value: ["$__all"] },
        hide: 0,
      };
    }),
  ];
}

/** The uid of the provisioned data source. */
export function dataSourceUid(installation: Installation): string {
  return `larder-${installation.engine}`;
}

/** Where days begin; only InfluxQL asks, MetricsQL follows the board's own time zone. */
export function timezoneVariable(installation: Installation): Variable[] {
  if (installation.engine !== "influxdb") return [];
  return [
    {
      type: "constant",
      name: "timezone",
      label: "Days begin in",
      query: installation.timezone,
      current: { text: installation.timezone, value: installation.timezone },
      hide: 2,
      skipUrlSync: true,
    },
  ];
}

/** What 1 GB over the WAN costs: a plain number, which anyone can overwrite. */
export function priceVariable(installation: Installation): Variable {
  const price = String(installation.pricePerGb);
  return {
    type: "textbox",
    name: "price",
    label: `Price per GB (${installation.currency})`,
    description: "What 1 GB over the WAN costs, a number with a point. Money saved is computed from it.",
    query: price,
    current: { text: price, value: price },
    hide: 0,
  };
}

/** The values of a tag, among those the drop-downs above it leave. */
function valuesQuery(
  installation: Installation,
  tag: string,
  above: Readonly<Record<string, string>>,
): string | Record<string, string> {
  const { measurement } = fields("bytestoclients_1d", "bytes.fromcache.toclients");
  if (installation.engine === "influxdb") {
    const where = influxWhere({ select: above }, "");
    const narrowed = where.replace(/( AND )?$/, "");
    return `SHOW TAG VALUES FROM "${measurement}" WITH KEY = "${tag}"${narrowed === "" ? "" : ` WHERE ${narrowed}`}`;
  }
  const matchers = metricsMatchers({ select: above });
  const metric = `{__name__="${measurement}_bytes.fromcache.toclients"${matchers === "" ? "" : `,${matchers}`}}`;
  return { query: `label_values(${metric}, ${tag})`, refId: `larder-${tag}` };
}
