/**
 * A plan for people and for programs: table, totals, CSV, JSON. Pure.
 *
 * @module
 */
import { bytesText, countText } from "../../../core/words/amounts.ts";
import { type Plan, type PlannedAsset, planTotals } from "../../../precache/index.ts";
import { csvText } from "../../output.ts";
import { type Column, table } from "../../table.ts";

const DECISIONS = { warm: "fetch", cached: "there", left: "left" } as const;

/** The table of a plan: what is to be fetched and what is there already; with `all`, also what is left. */
export function planTable(plan: Plan, all: boolean, columns: number): string {
  const items = plan.items.filter(({ decision }) => all || decision !== "left");
  if (items.length === 0) return "Nothing to fetch.";
  const mixed = items.some(({ decision }) => decision !== "warm");
  const whyWidth = Math.max(
    12,
    ...items.map(({ why }) => Math.min(why.length, Number.isFinite(columns) ? 26 : why.length)),
  );
  const used = whyWidth + "devices".length + "940 bytes".length + 3 * 2 + (mixed ? "  fetch".length : 0);
  const shown: Column<PlannedAsset>[] = [
    { title: "what", value: ({ asset }) => asset.title, maxWidth: Math.max(16, columns - used) },
    { title: "devices", value: ({ devices }) => (devices === 0 ? "–" : String(devices)), align: "right" },
    { title: "size", value: ({ asset }) => sizeText(asset.sizeBytes), align: "right" },
    { title: "why", value: ({ why }) => why, maxWidth: whyWidth },
    ...(mixed ? [{ title: "", value: ({ decision }: PlannedAsset) => DECISIONS[decision] }] : []),
  ];
  return table(items, shown);
}

/** What is fetched, what is there, what is left: one line each where there is any. */
export function planTotalsText(plan: Plan, roomBytes: number | undefined): string {
  const line = (decision: PlannedAsset["decision"], words: string): string[] => {
    const { assets, bytes, unknownSizes } = planTotals(plan, decision);
    const unknown = unknownSizes === 0 ? "" : `, and ${unknownSizes} of unknown size`;
    return assets === 0 ? [] : [`${words.padEnd(14)} ${countText(assets, "file")}, ${bytesText(bytes)}${unknown}`];
  };
  const room = roomBytes === undefined ? [] : [`${"room".padEnd(14)} ${bytesText(roomBytes)} without evicting`];
  return [...line("warm", "to fetch"), ...line("cached", "there already"), ...line("left", "left"), ...room].join("\n");
}

const CSV_TITLES = [
  "decision",
  "title",
  "group",
  "version",
  "build",
  "from_build",
  "models",
  "devices",
  "size_bytes",
  "why",
  "catalogs",
  "url",
];

/** One line for each asset, the title line first; RFC 4180. */
export function planCsv(plan: Plan): string {
  const rows = plan.items.map(({ asset, devices, why, decision }) => [
    decision,
    asset.title,
    asset.group,
    asset.version,
    asset.build,
    asset.fromBuilds.join(" "),
    asset.models.join(" "),
    devices,
    asset.sizeBytes,
    why,
    asset.catalogs.join(" "),
    asset.url,
  ]);
  return csvText([CSV_TITLES, ...rows]);
}

/** The plan as JSON: what a plan file of ours holds, and the totals. */
export function planJson(plan: Plan, roomBytes: number | undefined): object {
  const totals = Object.fromEntries(
    (["warm", "cached", "left"] as const).map((decision) => [decision, planTotals(plan, decision)]),
  );
  return { totals, roomBytes: roomBytes ?? null, items: plan.items };
}

/** A size, or that it is unknown. */
export function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? "unknown" : bytesText(bytes);
}
