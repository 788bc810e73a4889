/**
 * Everything that is wrong with the settings, as findings: files that cannot be read, wrong and unknown keys, what only
 * shows when they are used (a schedule, secrets, a proxy), variables that nothing reads.
 *
 * @module
 */
import { checkSchedule } from "../collector/index.ts";
import {
  type Environment,
  examineSettings,
  mistypedVariables,
  type Overruled,
  originOf,
  originText,
  Secret,
} from "../core/config/config.ts";
import { type Finding, findingOf, worstFirst } from "../core/finding.ts";
import { useNetwork } from "../core/http/http.ts";
import { systemTimeZone } from "../core/time/local-days.ts";
import { larderOptions, readLayers, type Settings, withPlaces } from "./load-settings.ts";
import type { SettingsCommandFlags } from "./settings-flags.ts";
import { OTHER_VARIABLES } from "./variables.ts";

/** What a look at the settings found. */
export interface ExaminedSettings {
  /** The file they come from, if any. */
  readonly path: string | undefined;
  /** Profile and file, those that are there. */
  readonly places: readonly string[];
  /** Without what is wrong in them; undefined where nothing can be made of them. */
  readonly settings: Settings | undefined;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** Looks at all there is, however much of it is wrong; asks no server anything. */
export async function examineAll(
  flags: SettingsCommandFlags,
  environment: Environment = process.env,
): Promise<ExaminedSettings> {
  const { path, places, layers, unread } = await readLayers(flags, { environment });
  const examined = examineSettings(larderOptions, layers);
  const whereIs = (key: string, shown = key): string => `${originText(originOf(examined.origins, key))}: ${shown}`;
  const { settings } = examined;
  const found = [
    ...unread.map((error) => findingOf(error)),
    ...examined.complaints.map(({ place, said, origin }): Finding => {
      const id = origin.kind === "flag" ? "usage" : "config-invalid";
      return { id, level: "bad", said, next: "correct it, then check again", where: `${originText(origin)}: ${place}` };
    }),
    ...examined.overruled.map(overruledFlag),
    ...(settings === undefined ? [] : await triedOut(settings, whereIs, environment)),
    ...strayVariables(settings, environment),
  ];
  const usable = settings === undefined ? undefined : withPlaces(settings);
  return { path, places, settings: usable, findings: worstFirst(found) };
}

function overruledFlag({ path, flag, by }: Overruled): Finding {
  const said = `it is set by the ${originText(by)}; the flag is ignored`;
  return { id: "flag-ignored", level: "warn", said, next: "leave the flag away", where: `${flag.name}: ${path}` };
}

type Usable = NonNullable<ReturnType<typeof examineSettings<typeof larderOptions>>["settings"]>;

/** What only shows when settings are used. */
async function triedOut(
  settings: Usable,
  whereIs: (key: string, shown?: string) => string,
  environment: Environment,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const attempt = async (work: () => Promise<unknown>, where?: string): Promise<void> => {
    await work().catch((error: unknown) => found.push(findingOf(error, where)));
  };
  await attempt(() => checkSchedule(settings.schedule), whereIs("schedule"));
  await attempt(() => useNetwork(settings.network, environment));
  const { daily, calendars } = settings.alerts;
  if (daily !== undefined) await attempt(() => checkSchedule(daily.schedule), whereIs("alerts.daily.schedule"));
  for (const [i, path] of calendars.entries()) {
    const { readCalendar } = await import("../alerts/index.ts");
    const around = { nowMs: Date.now(), timeZone: settings.timezone ?? systemTimeZone() };
    await attempt(async () => await readCalendar(path, around), whereIs("alerts.calendars", `alerts.calendars[${i}]`));
  }
  for (const { secret, name, holder, list } of secretsIn(settings)) {
    const where = whereIs(list, holder);
    const warn = (finding: Finding) => found.push({ ...finding, where });
    await attempt(() => secret.reveal({ what: `${name} of ${holder}`, env: environment, warn }), where);
  }
  return found;
}

interface HeldSecret {
  readonly secret: Secret;
  /** Its key: `password`. */
  readonly name: string;
  /** What it belongs to: `sinks "main"`. */
  readonly holder: string;
  /** The key that `holder` is in, for its origin. */
  readonly list: string;
}

/**
 * The secrets in some settings. Entries of lists go by their name or kind: their numbers are not those of the file any
 * more where a wrong entry was left out.
 */
function secretsIn(value: unknown, at = { name: "", holder: "", list: "" }): HeldSecret[] {
  if (value instanceof Secret) return [{ secret: value, ...at }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (Array.isArray(value)) return secretsIn(item, { ...at, holder: `${at.list} ${labelOf(item)}` });
    const path = at.list === "" ? key : `${at.list}.${key}`;
    if (item instanceof Secret) return secretsIn(item, { ...at, name: key });
    return secretsIn(item, { name: key, holder: path, list: path });
  });
}

/** What an admin calls an entry of a list. */
function labelOf(entry: unknown): string {
  const { name, kind } = (entry ?? {}) as { readonly name?: unknown; readonly kind?: unknown };
  return `"${String(name ?? kind ?? "")}"`;
}

/** Variables of ours that nothing reads. */
function strayVariables(settings: Usable | undefined, environment: Environment): Finding[] {
  const named = secretsIn(settings).flatMap(({ secret }) => secret.variable ?? []);
  return mistypedVariables(larderOptions, environment, [...OTHER_VARIABLES, ...named]).map(({ name, meant }) => ({
    id: "variable-mistyped",
    level: "warn",
    said: `nothing reads the environment variable ${name}`,
    next: `did you mean ${meant}?`,
  }));
}
