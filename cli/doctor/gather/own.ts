/**
 * What larder itself knows: its settings, what `larder status` and `larder config check` find, and what its servers,
 * notifiers and caches answer.
 *
 * @module
 */
import { readPipe } from "../../../collector/index.ts";
import { type Finding, findingOf } from "../../../core/finding.ts";
import { type ExaminedSettings, examineAll } from "../../examine-settings.ts";
import type { Settings } from "../../load-settings.ts";
import { pipeOptions } from "../../pipe-options.ts";
import type { SettingsCommandFlags } from "../../settings-flags.ts";
import type { LateRecord } from "../facts/facts.ts";
import type { WantedFiles } from "./files.ts";
import { InTime } from "./in-time.ts";
import { askNotifiers } from "./notifiers.ts";
import { trySinks } from "./sinks.ts";
import { ROUND_LIMIT_MS } from "./surroundings.ts";
import { findCaches } from "./warming.ts";
import { askProxy } from "./way-out.ts";

/** What larder itself knows, and what it is set up to do. */
export interface Own {
  /** `cache` and `client` as the admin says; undefined: as this computer looks. */
  readonly part?: "cache" | "client" | "server" | undefined;
  /** Whether there are settings of larder here. */
  readonly configured: boolean;
  readonly files: WantedFiles;
  /** Kinds of devices there are updates for. */
  readonly models: number;
  /** Further files of evidence, as `sinks.json`. */
  readonly records: Readonly<Record<string, unknown>>;
  /** Which had no answer in time. */
  readonly late: readonly LateRecord[];
}

/** Looks at larder on this computer; never throws for what is wrong with it. */
export async function gatherOwn(flags: SettingsCommandFlags, part: Own["part"], nowMs: number): Promise<Own> {
  const examined = await examineAll(flags);
  const { settings } = examined;
  const configured = examined.places.length > 0;
  const inTime = new InTime(ROUND_LIMIT_MS);
  const questions: Record<string, Promise<unknown>> = { "findings.json": ownFindings(examined, nowMs) };
  if (settings !== undefined && configured) {
    questions["sinks.json"] = trySinks(settings.sinks, { nowMs: Date.now, signal: inTime.signal });
    questions["notifiers.json"] = askNotifiers(settings.alerts.notifiers);
    questions["warming.json"] = findCaches(settings.precache);
    questions["network.json"] = askProxy();
  }
  const records: Record<string, unknown> = {};
  await Promise.all(
    Object.entries(questions).map(async ([file, question]) => {
      const answer = await inTime.ask(file, question);
      if (answer !== undefined) records[file] = answer;
    }),
  );
  const { metricsDb, metricsSqlite } = settings?.sources ?? {};
  return {
    ...{ part, configured, records, late: inTime.late },
    models: modelsOf(settings),
    files: {
      ...(metricsDb === undefined ? {} : { metricsDb: metricsDb.path }),
      ...(metricsSqlite === undefined ? {} : { metricsSqlite: metricsSqlite.path }),
    },
  };
}

function modelsOf(settings: Settings | undefined): number {
  return settings?.precache.models.length ?? 0;
}

async function ownFindings({ settings, findings, places }: ExaminedSettings, nowMs: number): Promise<object[]> {
  const kept = (from: "status" | "config", found: readonly Finding[]): object[] =>
    found.map(({ id, level, said, next, where }) => ({ from, id, level, said, next, where: where ?? null }));
  // a Mac that larder is not set up on has no journal to speak of
  if (settings === undefined || places.length === 0) return kept("config", findings);
  const { server, timezone: timeZone } = settings;
  const status = await readPipe({ ...pipeOptions(settings), server, timeZone, nowMs }).then(
    (pipe) => pipe.findings,
    (error: unknown) => [findingOf(error)],
  );
  return [...kept("config", findings), ...kept("status", status)];
}
