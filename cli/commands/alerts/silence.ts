/**
 * What `larder alerts silence add`, `list` and `remove` do.
 *
 * @module
 */
import { userInfo } from "node:os";
import {
  type Alert,
  addSilence,
  covers,
  firingAlerts,
  type KeptSilence,
  readSilences,
  removeSilence,
  type Silence,
} from "../../../alerts/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { momentText } from "../../../core/time/moments.ts";
import { countText } from "../../../core/words/amounts.ts";
import { flow } from "../../../core/words/columns.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import { parseTagFlags } from "../../tag-flags.ts";
import { parseTime } from "../../time-range.ts";
import { checkWhoseJournal } from "../../whose-journal.ts";
import { checkRule } from "./inspecting.ts";

export interface AddFlags extends SettingsCommandFlags {
  readonly rule?: string;
  readonly cache?: string;
  readonly site?: string;
  readonly tag: readonly string[];
  readonly all?: true;
  readonly for?: string;
  readonly until?: string;
  readonly why: string;
  readonly who?: string;
  readonly dryRun?: true;
}

export interface ListFlags extends SettingsCommandFlags {
  readonly all?: true;
}

export interface RemoveFlags extends SettingsCommandFlags {
  readonly dryRun?: true;
}

const WIDTH = 80;
const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** A silence that is longer is a rule switched off: alerts.off says so to everybody. */
const LONGEST_MS = 366 * UNITS_MS.d;

/** Adds one. @throws LarderError `USAGE_SILENCE`, `USAGE_RULE`, `USAGE_TIME`, `USAGE_TAG`, `SILENCES_WRITE` */
export async function silenceAdd(flags: AddFlags): Promise<void> {
  const { settings } = await loadForSilences(flags, "add");
  const nowMs = Date.now();
  if (flags.rule !== undefined) checkRule(flags.rule);
  const { rule, cache: server, site, why, who = whoAmI() } = flags;
  const tags = parseTagFlags(flags.tag);
  const isOfAll = rule === undefined && server === undefined && site === undefined && Object.keys(tags).length === 0;
  if (isOfAll !== (flags.all === true)) {
    throw usage(
      "Cannot add a silence: it is not clear of which alerts",
      "give --rule, --cache, --site, --tag, or --all",
    );
  }
  const until = new Date(endOf(flags, nowMs, settings.timezone)).toISOString();
  const dryRun = flags.dryRun === true;
  const { stateDir } = settings;
  const added = await addSilence({ rule, server, site, tags, until, who, why }, { stateDir, nowMs, dryRun });
  const covered = (await firingAlerts(stateDir)).filter((alert) => covers(added, alert, nowMs));
  if (flags.json === true) {
    printJson(scriptAnswer({ dryRun, silence: silenceJson(added, nowMs), covered: covered.map(alertName) }));
    return;
  }
  const now =
    covered.length === 0
      ? "nothing it covers fires now"
      : `it covers ${countText(covered.length, "alert")} that fire${covered.length === 1 ? "s" : ""} now`;
  const end = momentText(Date.parse(until), settings.timezone);
  printFlowing(`${dryRun ? "would silence" : `${added.id}: silenced`} ${scopeText(added)} until ${end}; ${now}`);
  for (const alert of covered) print(`  ${alertName(alert)}`);
}

/** Lists those that hold; with `--all` those that ended too. */
export async function silenceList(flags: ListFlags): Promise<void> {
  const { settings } = await loadForSilences(flags, "list");
  const nowMs = Date.now();
  const ofSettings = settings.alerts.silences.map((each, i) => ({
    ...each,
    id: `alerts.silences[${i}]`,
    added: undefined,
  }));
  const all = [...ofSettings, ...(await readSilences(settings.stateDir))];
  const shown = all.filter(({ until }) => flags.all === true || nowMs < Date.parse(until));
  if (flags.json === true) printJson({ silences: shown.map((each) => silenceJson(each, nowMs)) });
  else print(listText(shown, { nowMs, timeZone: settings.timezone }));
}

/** Ends one. @throws LarderError `USAGE_SILENCE`, `SILENCES_WRITE` */
export async function silenceRemove(id: string, flags: RemoveFlags): Promise<void> {
  const { settings } = await loadForSilences(flags, "remove");
  if (id.startsWith("alerts.silences[")) {
    throw usage(`Cannot remove the silence "${id}": it is in the settings`, "take it out of the settings file");
  }
  const nowMs = Date.now();
  const dryRun = flags.dryRun === true;
  const removed = await removeSilence(id, { stateDir: settings.stateDir, nowMs, dryRun });
  if (flags.json === true) printJson({ dryRun, silence: silenceJson(removed, nowMs) });
  else {
    const what = `${dryRun ? "would end" : "ended"} ${id}: ${scopeText(removed)}`;
    printFlowing(`${what}; what still fires is reported at the next look`);
  }
}

function printFlowing(text: string): void {
  print(flow(text.split(" "), " ", WIDTH).join("\n"));
}

async function loadForSilences(flags: SettingsCommandFlags, verb: string): Promise<{ readonly settings: Settings }> {
  const loaded = await loadSettings(flags);
  checkWhoseJournal(`alerts silence ${verb}`, loaded);
  return loaded;
}

function usage(message: string, next: string): LarderError {
  return new LarderError(message, { code: "USAGE_SILENCE", state: "nothing was changed", next });
}

/** When it ends. @throws LarderError `USAGE_SILENCE`, `USAGE_TIME` */
function endOf(flags: Pick<AddFlags, "for" | "until">, nowMs: number, timeZone: string): number {
  const { for: length, until } = flags;
  if ((length === undefined) === (until === undefined)) {
    throw usage("Cannot add a silence: it needs an end", "give either --for 4h or --until 2026-12-24T12:00");
  }
  const endMs = until === undefined ? nowMs + lengthMs(length ?? "") : parseTime(until, nowMs, timeZone);
  if (endMs <= nowMs) throw usage(`Cannot add a silence until "${until ?? length}": that is over`, "give a later end");
  if (endMs - nowMs > LONGEST_MS) {
    throw usage(
      `Cannot add a silence until "${until ?? length}": the longest is a year`,
      "switch the rule off: alerts.off",
    );
  }
  return endMs;
}

function lengthMs(text: string): number {
  const [, count, unit] = /^(\d{1,4})([mhdw])$/.exec(text.trim().toLowerCase()) ?? [];
  if (count === undefined || unit === undefined) {
    throw usage(`Cannot read the length "${text}": it is not one of the known forms`, "write 90m, 4h, 3d or 2w");
  }
  return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
}

/** The person, also behind sudo. */
function whoAmI(): string {
  const { SUDO_USER } = process.env;
  if (SUDO_USER !== undefined && SUDO_USER !== "") return SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    // a user without a name, as in a container
    return String(process.getuid?.() ?? "unknown");
  }
}

/** What it covers, in a few words. */
export function scopeText({ rule, server, site, tags }: Silence): string {
  const where = [
    ...(server === undefined ? [] : [server]),
    ...(site === undefined ? [] : [`site ${site}`]),
    ...Object.entries(tags).map(([name, value]) => `${name}=${value}`),
  ];
  return [rule ?? "all alerts", ...(where.length === 0 ? [] : [`of ${where.join(" ")}`])].join(" ");
}

function alertName({ rule, server, part }: Pick<Alert, "rule" | "server" | "part">): string {
  return [rule, server, part].filter((each) => each !== "").join(" ");
}

type Shown = Silence & { readonly id: string; readonly added: string | undefined };

/** Of each silence its id, its end and what it covers; below, who wants it and why. */
export function listText(
  silences: readonly Shown[],
  { nowMs, timeZone }: { readonly nowMs: number; readonly timeZone: string },
): string {
  if (silences.length === 0) return "nothing is silenced";
  return silences.flatMap((each) => silenceLines(each, { nowMs, timeZone })).join("\n");
}

function silenceLines(
  silence: Shown,
  { nowMs, timeZone }: { readonly nowMs: number; readonly timeZone: string },
): string[] {
  const { id, until, who, why } = silence;
  const end = Date.parse(until);
  const head = `${id}  until ${momentText(end, timeZone)}${end <= nowMs ? " (over)" : ""}: ${scopeText(silence)}`;
  const reason = [who, why].filter((each) => each !== undefined).join(": ");
  const indented = (text: string): string[] => flow(text.split(" "), " ", WIDTH - 6).map((line) => `      ${line}`);
  const [first = "", ...more] = flow(head.split(" "), " ", WIDTH);
  return [first, ...more.map((line) => `      ${line}`), ...(reason === "" ? [] : indented(reason))];
}

function silenceJson(
  { id, rule, server, site, tags, until, who, why, added }: KeptSilence | Shown,
  nowMs: number,
): unknown {
  const iso = (text: string | undefined): string | null => (text === undefined ? null : new Date(text).toISOString());
  return scriptAnswer({
    ...{ id, rule, server, site, tags, who, why },
    until: iso(until),
    added: iso(added),
    over: Date.parse(until) <= nowMs,
  });
}
