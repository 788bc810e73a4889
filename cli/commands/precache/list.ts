/**
 * What `larder precache list` does.
 *
 * @module
 */
import { validateSettings } from "../../../core/config/config.ts";
import { bytesText, countText } from "../../../core/words/amounts.ts";
import { type Asset, listAssets } from "../../../precache/index.ts";
import { groupNames, listingOf } from "../../../precache/options.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { print, printCsv, printError, printJson, tableWidth } from "../../output.ts";
import { table } from "../../table.ts";
import type { PrecacheFlags } from "./flags.ts";
import { loadPrecache } from "./load.ts";
import { planCsv, sizeText } from "./plan-text.ts";

const GROUP_FLAG = { kind: "flag", name: "--group", key: "" } as const;
const DEFAULT_GROUPS = ["installer", "app", "firmware"];

/** Runs the command. */
export async function precacheList(flags: PrecacheFlags): Promise<void> {
  // the groups are what is asked here, not a setting: what a profile wants fetched does not change the question
  const { group, ...others } = flags;
  const groups = validateSettings(groupNames, group ?? DEFAULT_GROUPS, GROUP_FLAG);
  const loaded = await loadPrecache(others);
  const signal = new AbortController().signal;
  const { assets, troubles, notes } = await listAssets({
    ...loaded,
    options: listingOf(loaded.options, groups),
    signal,
    nowMs: Date.now,
  });
  for (const note of notes) printError(`note: ${note}`);
  for (const trouble of troubles) printError(`without ${trouble}`);
  const items = assets.map((asset) => ({ asset, devices: 0, why: "listed", decision: "left" as const }));
  if (flags.json === true) printJson(scriptAnswer({ items }));
  else if (flags.csv === true) printCsv(planCsv({ items }));
  else {
    print(listTable(assets));
    const known = assets.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
    print(`\n${countText(assets.length, "file")}, ${bytesText(known)}`);
  }
  if (troubles.length > 0) throw new ExitWith(ExitCode.partly);
}

function listTable(assets: readonly Asset[]): string {
  const models = ({ models: own }: Asset): string => (own.length > 2 ? `${own.length} models` : own.join(", "));
  return table(assets, [
    { title: "group", value: ({ group }) => group },
    { title: "what", value: ({ title }) => title, maxWidth: Math.max(20, tableWidth() - 52) },
    { title: "build", value: ({ build }) => build ?? "" },
    { title: "for", value: models, maxWidth: 24 },
    { title: "size", value: ({ sizeBytes }) => sizeText(sizeBytes), align: "right" },
  ]);
}
