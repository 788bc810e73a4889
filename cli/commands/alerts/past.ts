/**
 * What `larder alerts history` does: the alerts there were.
 *
 * @module
 */
import { type PastAlert, type PastDelivery, pastAlerts, pastDeliveries } from "../../../alerts/index.ts";
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
  const sent = (await pastDeliveries(stateDir, range)).filter(
    ({ rule, servers }) =>
      rule === (flags.rule ?? rule) && (flags.cache === undefined || servers.includes(flags.cache)),
  );
  if (flags.json === true) {
    const answer = { alerts: found.map(pastJson), deliveries: scriptAnswer(sent) };
    printJson({ from: isoTime(range.fromMs), to: isoTime(range.toMs), ...answer });
    return;
  }
  print(pastText(found, { nowMs: Date.now(), timeZone: timezone }));
  if (sent.length > 0) print(`\n${sentText(sent, timezone)}`);
}

/** Whom larder notified, the newest first; of a failure the reason below it. */
export function sentText(sent: readonly PastDelivery[], timeZone: string): string {
  const about = ({ servers: [first = "", ...rest], more }: PastDelivery): string => {
    const others = rest.length + more;
    return others === 0 ? first : `${first} +${others}`;
  };
  const failed = sent.filter(({ outcome }) => outcome === "failed");
  const reasons = [...new Set(failed.map(({ to, why = "" }) => `${to}: ${why}`))];
  return [
    table(sent, [
      { title: "sent", value: ({ atMs }) => momentText(atMs, timeZone) },
      { title: "to", value: ({ to }) => to, maxWidth: 10 },
      { title: "", value: ({ outcome }) => (outcome === "failed" ? colour(outcome, "red") : outcome) },
      { title: "try", value: ({ tries }) => String(tries), align: "right" },
      { title: "what", value: ({ kind, rule }) => (rule === "" ? kind : `${kind} ${rule}`), maxWidth: 20 },
      { title: "about", value: about, maxWidth: 12 },
    ]),
    ...(reasons.length === 0 ? [] : ["", ...reasons]),
  ].join("\n");
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
