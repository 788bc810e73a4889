/**
 * What `larder report` does: reads a stretch of the journal, and writes the report in the form asked for.
 *
 * @module
 */
import type { Layer } from "../../../core/config/config.ts";
import { LarderError } from "../../../core/errors.ts";
import { FOR_ALL, writeAtomically } from "../../../core/files.ts";
import type { Span } from "../../../core/journal/journal.ts";
import { nearest } from "../../../core/nearest.ts";
import { bucketStart, localDate, nextBucket } from "../../../core/time/local-days.ts";
import {
  askReport,
  type By,
  csv,
  json,
  type LanguageName,
  logoAddress,
  namedPeriod,
  type Period,
  page,
  periodOf,
  pictures,
  type Report,
  text,
  type Words,
  wordsOf,
} from "../../../report/index.ts";
import type { ReportOptions } from "../../../report/options.ts";
import { layerOfKeyFlags } from "../../flag-layer.ts";
import { loadSettings } from "../../load-settings.ts";
import { jsonText, print, printCsv, printJson } from "../../output.ts";
import { parseTagFlags } from "../../tag-flags.ts";
import { parseRange } from "../../time-range.ts";
import { originOf } from "./origin.ts";
import type { ReportFlags } from "./register.ts";

const FORMATS = ["text", "html", "png", "csv", "json"] as const;
type Format = (typeof FORMATS)[number];
const BUCKETS: readonly By[] = ["hour", "day", "week", "month"];
const DAY_MS = 86_400_000;

/** Runs the command. */
export async function report(flags: ReportFlags): Promise<void> {
  const format = oneOf(flags.json === true ? "json" : flags.format, FORMATS, "format");
  const loaded = await loadSettings(flags, { layers: [layerOf(flags)] });
  const { settings } = loaded;
  const options = settings.report;
  const origin = await originOf(flags, loaded);
  const period = periodFrom(flags, options, { timeZone: settings.timezone, held: origin.span });
  const made = await askReport(origin.ask, {
    madeMs: Date.now(),
    timeZone: settings.timezone,
    period,
    by: flags.by === undefined ? fittingBuckets(period) : oneOf(flags.by, BUCKETS, "by"),
    organisation: options.organisation,
    logo: options.logo === undefined ? undefined : await logoAddress(options.logo),
    filter: parseTagFlags(flags.tag),
    groupBy: flags.groupBy,
    unknown: origin.unknown,
    worth: { currency: options.currency, pricePerGB: options.pricePerGB, lineMbits: options.lineMbits },
  });
  await write(made, wordsOf(options.language as LanguageName), format, flags.out);
}

async function write(made: Report, words: Words, format: Format, out: string | undefined): Promise<void> {
  if (format === "png") return writePictures(made, words, out);
  const toScreen = out === "-" || (out === undefined && format !== "html");
  if (format === "json" && toScreen) return printJson(json(made));
  const document = await documentOf(made, words, format);
  // the mark is for spreadsheets that open a file
  if (toScreen && format === "csv") return printCsv(document.replace(/^\ufeff/, "").trimEnd());
  if (toScreen) return print(document.replace(/\r?\n$/, ""));
  const path = out ?? defaultName(made, "html");
  await writeAtomically(path, document, { mode: FOR_ALL });
  print(path);
}

async function documentOf(made: Report, words: Words, format: Exclude<Format, "png">): Promise<string> {
  if (format === "html") return page(made, words);
  if (format === "csv") return csv(made, words);
  return format === "json" ? `${jsonText(json(made), 2)}\n` : text(made, words);
}

/** One file for each picture, `NAME-buckets.png` and so on. */
async function writePictures(made: Report, words: Words, out: string | undefined): Promise<void> {
  if (out === "-") {
    throw new LarderError("Cannot write pictures to standard output: a report has several", {
      code: "USAGE",
      next: "give --out FILE.png; each picture gets its name before the ending",
    });
  }
  const stem = (out ?? defaultName(made, "png")).replace(/\.png$/i, "");
  for (const { name, png } of await pictures(made, words)) {
    const path = `${stem}-${name}.png`;
    await writeAtomically(path, png, { mode: FOR_ALL });
    print(path);
  }
}

function defaultName({ period, timeZone }: Report, ending: string): string {
  const from = localDate(period.fromMs, timeZone);
  const name = period.kind === "month" ? from.slice(0, 7) : `${from}-to-${localDate(period.toMs - 1, timeZone)}`;
  return `larder-report-${name}.${ending}`;
}

/** @param held the time of all rows, which is the default where there is only that */
function periodFrom(
  flags: ReportFlags,
  options: ReportOptions,
  { timeZone, held }: { readonly timeZone: string; readonly held: Span | undefined },
): Period {
  const nowMs = Date.now();
  if (held !== undefined && [flags.from, flags.to, flags.month, flags.period].every((flag) => flag === undefined)) {
    const fromMs = bucketStart(held.fromMs, "day", timeZone);
    return periodOf({ fromMs, toMs: Math.min(nextBucket(held.toMs, "day", timeZone), nowMs) }, timeZone);
  }
  if (flags.from === undefined) {
    if (flags.to !== undefined) {
      throw new LarderError("Cannot report up to a time: --to needs --from", { code: "USAGE_TIME" });
    }
    const context = { nowMs, timeZone, schoolYearStarts: options.schoolYearStarts };
    return namedPeriod(flags.month ?? flags.period ?? "last month", context);
  }
  return periodOf(parseRange({ from: flags.from, to: flags.to ?? "now" }, timeZone, "report on"), timeZone);
}

/** Some two dozen bars, whatever the period. */
function fittingBuckets({ fromMs, toMs }: Period): By {
  const days = (toMs - fromMs) / DAY_MS;
  if (days <= 2) return "hour";
  if (days <= 62) return "day";
  return days <= 200 ? "week" : "month";
}

function oneOf<T extends string>(given: string, known: readonly T[], flag: string): T {
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  const hint = nearest(given, known);
  throw new LarderError(`Cannot take --${flag} "${given}": expected ${known.join(", ")}`, {
    code: "USAGE",
    next: hint === undefined ? "larder report --help" : `did you mean ${hint}?`,
  });
}

/** Flags that set keys of `report`. */
function layerOf(flags: ReportFlags): Layer {
  const amount = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
  return layerOfKeyFlags([
    { key: "report.language", flag: "--language", value: flags.language },
    { key: "report.organisation", flag: "--organisation", value: flags.organisation },
    { key: "report.logo", flag: "--logo", value: flags.logo },
    { key: "report.currency", flag: "--currency", value: flags.currency },
    { key: "report.pricePerGB", flag: "--price-per-gb", value: amount(flags.pricePerGb) },
    { key: "report.lineMbits", flag: "--line", value: amount(flags.line) },
  ]);
}
