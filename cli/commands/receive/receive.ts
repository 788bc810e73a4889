/**
 * What `larder receive` does: it listens, and rolls up and ships what it takes, until it is stopped.
 *
 * @module
 */

import { once } from "node:events";
import {
  type Collector,
  type CollectorSetup,
  createCollector,
  openReceiver,
  openSiteFile,
  ownDatabase,
  runOnSchedule,
} from "../../../collector/index.ts";
import { errorCode, explainError } from "../../../core/errors.ts";
import type { Log } from "../../../core/log.ts";
import { listenOptions, startServer } from "../../../core/server/server.ts";
import { layerOfKeyFlags, wholeNumber } from "../../flag-layer.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { parseLogLevel } from "../../log-level.ts";
import { isTerminal, print, printJsonLine } from "../../output.ts";
import { checkScheduleOf, logSinks, scheduleOf } from "../../passes.ts";
import { followSignals } from "../../signals.ts";
import { printDeclaration } from "./declaration.ts";
import type { ReceiveFlags } from "./register.ts";

/** From one address: a proxy may stand for a whole fleet, which reports each minute. */
const LIMITS = { requestsPerMinute: 12_000, connectionsPerAddress: 2000, connections: 4000 };

/** Runs the command. */
export async function receive(flags: ReceiveFlags): Promise<void> {
  if (flags.printDeclaration === true) return await printDeclaration(flags);
  const level = parseLogLevel(flags.logLevel);
  const { settings, origins } = await loadSettings(flags, { layers: [layerOf(flags)] });
  await checkScheduleOf({ settings, origins });
  const watched = isTerminal() && flags.json !== true && level === "info";
  const log = await openLog(watched ? "warn" : level);
  const listen = await listenOptions(settings.receive, ({ said, next }) => log.warn(said, { next }));
  const { metricsDb, metricsSqlite } = settings.sources;
  const { sitesFile: path, unassigned } = settings.receive;
  const sites = await openSiteFile({ path, unassigned, log });
  const signals = followSignals({ onStop: (signal) => log.info("stopping", { signal }) });
  const receiver = await openReceiver({
    stateDir: settings.stateDir,
    server: settings.server,
    tags: settings.tags,
    sites: sites.sites,
    countedElsewhere: ownDatabase(settings.stateDir, metricsDb.enabled || metricsSqlite.enabled),
    log,
    nowMs: Date.now,
  });
  try {
    const server = await startServer({ ...listen, routes: receiver.routes, limits: LIMITS, log });
    try {
      const url = `${server.url}metrics`;
      log.info("receiving", { url });
      if (flags.json === true) printJsonLine({ url });
      if (watched) print(`receiving reports at ${url}; Ctrl-C stops it`);
      const zoneIsSet = origins["timezone"] !== undefined;
      const passes = runPasses({ settings, zoneIsSet, log, signal: signals.stop });
      if (!signals.stop.aborted) await once(signals.stop, "abort");
      await passes;
    } finally {
      await server.close();
    }
  } finally {
    sites.close();
    await receiver.close();
    signals.release();
  }
  log.info("stopped");
}

function layerOf(flags: ReceiveFlags) {
  return layerOfKeyFlags([
    { key: "receive.host", flag: "--host", value: flags.host },
    { key: "receive.port", flag: "--port", value: wholeNumber(flags.port) },
    { key: "receive.tokenFile", flag: "--token-file", value: flags.tokenFile },
    { key: "receive.tlsCertFile", flag: "--tls-cert", value: flags.tlsCert },
    { key: "receive.tlsKeyFile", flag: "--tls-key", value: flags.tlsKey },
    { key: "receive.clientCaFile", flag: "--client-ca", value: flags.clientCa },
    { key: "receive.sitesFile", flag: "--sites-file", value: flags.sitesFile },
  ]);
}

/** Rolls up and ships what was taken, on the schedule; where a collector runs on the state folder, it does that. */
async function runPasses(setup: CollectorSetup & { readonly settings: Settings }): Promise<void> {
  const { settings, log, signal } = setup;
  const none = { ...setup, settings: { ...settings, sources: withoutSources(settings.sources) } };
  await runOnSchedule(scheduleOf(settings, { signal, log }), async () => {
    try {
      await pass(none, log);
    } catch (error) {
      if (errorCode(error) === "LOCKED") log.debug("a collector runs here: it ships what is received");
      else log.error(explainError(error), { code: errorCode(error) });
    }
  });
}

async function pass(setup: CollectorSetup, log: Log): Promise<void> {
  const collector: Collector = await createCollector(setup);
  try {
    logSinks((await collector.pass()).sinks, log);
  } finally {
    await collector.close();
  }
}

function withoutSources(sources: Settings["sources"]): Settings["sources"] {
  return {
    metricsSqlite: { ...sources.metricsSqlite, enabled: false },
    metricsDb: { ...sources.metricsDb, enabled: false },
    managerStatus: { ...sources.managerStatus, enabled: false },
    serviceLog: { ...sources.serviceLog, enabled: false },
  };
}
