/**
 * What `larder import` does: reads the database, shows how far it is, and says what came and what was left out.
 *
 * @module
 */
import {
  basicAuthorization,
  checkSinks,
  destinationsOf,
  type ImportOptions,
  importInflux,
} from "../../../collector/index.ts";
import { Secret } from "../../../core/config/config.ts";
import { LarderError } from "../../../core/errors.ts";
import type { Log } from "../../../core/log.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { isTerminal, print, printError, printJson } from "../../output.ts";
import { followSignals } from "../../signals.ts";
import { parseTagFlags } from "../../tag-flags.ts";
import { parseTime } from "../../time-range.ts";
import type { ImportFlags } from "./register.ts";
import { answerOf, progressText, reportText } from "./text.ts";

/** A line of progress comes at most so often. */
const PROGRESS_MS = 2000;
/** Where nobody looks on. */
const LOGGED_MS = 30_000;

/** Runs the command. @throws LarderError `IMPORT_…`, `USAGE_IMPORT`, `CONFIG_…`, `LOCKED`, `JOURNAL_…` */
export async function importDatabase(flags: ImportFlags): Promise<void> {
  const { settings } = await loadSettings(flags);
  const log = await openLog("warn");
  const signals = followSignals();
  try {
    const report = await importInflux({
      ...(await optionsOf(flags, settings, log)),
      signal: signals.stop,
      onProgress: progressPrinter(settings.timezone),
    });
    if (flags.json === true) printJson(answerOf(report));
    else print(reportText(report, settings.timezone));
    if (report.stopped || report.problem !== undefined) throw new ExitWith(ExitCode.partly);
  } finally {
    signals.release();
  }
}

async function optionsOf(
  flags: ImportFlags,
  settings: Settings,
  log: Log,
): Promise<Omit<ImportOptions, "signal" | "onProgress">> {
  if (flags.server !== undefined && flags.serverTag !== undefined) {
    throw usage("--server and --server-tag together", "give one of them");
  }
  const nowMs = Date.now();
  const timeOf = (text: string): number => parseTime(text, nowMs, settings.timezone);
  const [fromMs, toMs] = [flags.from === undefined ? undefined : timeOf(flags.from), timeOf(flags.to)];
  if (fromMs !== undefined && fromMs >= toMs)
    throw usage("--from lies after --to", "write the earlier time after --from");
  const { stateDir, server, tags, sinks, journal } = settings;
  const destinations = destinationsOf(sinks);
  return {
    stateDir,
    source: {
      queryUrl: queryUrl(flags.url),
      database: flags.database,
      retentionPolicy: flags.retentionPolicy,
      authorization: await authorizationOf(flags, log),
      caFile: flags.caFile,
      tags: parseTagFlags(flags.tag),
    },
    measurements: flags.measurement,
    names: { server: flags.server, serverTag: flags.serverTag, own: { server, tags } },
    fromMs,
    toMs,
    keepDays: journal.keepDays,
    dryRun: flags.dryRun === true,
    nowMs: Date.now,
    ...(flags.sinksDiffer === true
      ? {}
      : { beforeWriting: async (question) => await checkSinks(destinations, question, { log }) }),
  };
}

function queryUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usage(`"${address}" is not an address`, "write --url http://host:8086");
  }
  if (url.username !== "" || url.password !== "") {
    throw usage("a login in --url is seen by everybody who lists processes", "--username with --password-file");
  }
  return new URL(`${url.pathname.replace(/\/+$/, "").replace(/\/(query|write)$/, "")}/query`, url).href;
}

/** The login, from files or the environment; none where none is given. */
async function authorizationOf(flags: ImportFlags, log: Log): Promise<string | undefined> {
  const reveal = async (kind: "password" | "token", file: string | undefined, env: string) => {
    if (file === undefined && (process.env[env] ?? "") === "") return undefined;
    const warn = ({ said, next }: { readonly said: string; readonly next?: string }): void =>
      log.warn(`${said}: ${next ?? ""}`);
    return await new Secret(file === undefined ? { env } : { file }).reveal({ what: `${kind} of the database`, warn });
  };
  const token = await reveal("token", flags.tokenFile, "LARDER_IMPORT_TOKEN");
  if (token !== undefined) return `Token ${token}`;
  const password = await reveal("password", flags.passwordFile, "LARDER_IMPORT_PASSWORD");
  return basicAuthorization(flags.username, password);
}

/** Says how far it is on standard error: over and over on a terminal, now and then in a log. */
function progressPrinter(timeZone: string): NonNullable<ImportOptions["onProgress"]> {
  const everyMs = isTerminal(process.stderr) ? PROGRESS_MS : LOGGED_MS;
  let nextMs = performance.now() + everyMs;
  return (progress) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + everyMs;
    printError(progressText(progress, timeZone));
  };
}

function usage(said: string, next: string): LarderError {
  return new LarderError(`Cannot import: ${said}`, { code: "USAGE_IMPORT", state: "nothing was changed", next });
}
