/**
 * What `larder alerts history` does: the alerts there were.
 *
 * @module
 */
import { type PastAlert, pastAlerts } from "../../../alerts/index.ts";
import { momentText } from "../../../core/time/moments.ts";
import { countText, durationText } from "../../../core/words/amounts.ts";
import { isoTime, scriptAnswer } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { colour, print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { table } from "../../table.ts";
import { parseRange } from "../../time-range.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import { checkRule } from "./inspecting.ts";

export interface PastFlags extends SettingsCommandFlags {
  readonly from: string;
  readonly to: string;
  readonly rule?: string;
  readonly cache?: string;
}

/** Runs the command. @throws LarderError `USAGE_RULE`, `USAGE_TIME` */
export async function past(flags: PastFlags): Promise<void> {
  if (flags.rule !== undefined) checkRule(flags.rule);
  const loaded = await loadSettings(flags);
  checkWhoseJournal("alerts history", loaded);
  const { stateDir, timezone } = loaded.settings;
  const range = parseRange(flags, timezone, "show");
  const found = (await pastAlerts(stateDir, range)).filter(
    ({ rule, server }) => rule === (flags.rule ?? rule) && server === (flags.cache ?? server),
  );
  if (flags.json === true) {
    printJson({ from: isoTime(range.fromMs), to: isoTime(range.toMs), alerts: found.map(pastJson) });
    return;
  }
  print(pastText(found, { nowMs: Date.now(), timeZone: timezone }));
}

function pastJson({ firedMs, overMs, sinceMs, ...rest }: PastAlert): unknown {
  return scriptAnswer({ ...rest, sinceMs, firedMs, overMs });
}

/** A table of 80 columns. */
export function pastText(
  found: readonly PastAlert[],
  { nowMs, timeZone }: { readonly nowMs: number; readonly timeZone: string },
): string {
  if (found.length === 0) return "no alerts in that time";
  const lasted = ({ sinceMs, overMs = nowMs }: PastAlert): string =>
    durationText(Math.max(0, (overMs - sinceMs) / 1000));
  const open = found.filter(({ overMs }) => overMs === undefined).length;
  return [
    table(found, [
      { title: "since", value: ({ sinceMs }) => momentText(sinceMs, timeZone) },
      { title: "lasted", value: lasted, align: "right" },
      { title: "", value: ({ overMs }) => (overMs === undefined ? "still" : "") },
      { title: "", value: ({ level }) => (level === "bad" ? colour("bad", "red") : colour("warn", "yellow")) },
      { title: "rule", value: ({ rule }) => rule },
      { title: "cache", value: ({ server, part }) => (part === "" ? server : `${server} ${part}`), maxWidth: 22 },
    ]),
    "",
    `${countText(found.length, "alert")}${open === 0 ? "" : `, ${open} not over`}`,
  ].join("\n");
}
