/**
 * What becomes of reports that were taken: they are rolled up and shipped, and the rules of the alerts look at them. In a
 * process of its own, see `passes-process.ts`.
 *
 * @module
 */
import {
  type Collector,
  CollectorMemory,
  type CollectorSetup,
  createCollector,
  runOnSchedule,
} from "../../../collector/index.ts";
import { errorCode, explainError } from "../../../core/errors.ts";
import type { Log } from "../../../core/log.ts";
import { loadSettings, type Settings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { parseLogLevel } from "../../log-level.ts";
import { type Looks, openLooks } from "../../looks.ts";
import { isTerminal } from "../../output.ts";
import { logSinks, scheduleOf } from "../../passes.ts";
import { followSignals } from "../../signals.ts";
import { layerOfReceive } from "./layer.ts";
import type { ReceiveFlags } from "./register.ts";

/** Runs passes until a signal, or until the receiver that started this process is gone. */
export async function receivePasses(flags: ReceiveFlags): Promise<void> {
  const level = parseLogLevel(flags.logLevel);
  const { settings, origins } = await loadSettings(flags, { layers: [layerOfReceive(flags)] });
  const watched = isTerminal() && flags.json !== true && level === "info";
  const log = await openLog(watched ? "warn" : level);
  const signals = followSignals();
  const gone = new AbortController();
  process.once("disconnect", () => gone.abort());
  if (process.connected === false) gone.abort();
  const signal = AbortSignal.any([signals.stop, gone.signal]);
  const looks = await openLooks(settings, log);
  try {
    const none = { ...settings, sources: withoutSources(settings.sources) };
    const memory = new CollectorMemory();
    const setup = { settings: none, zoneIsSet: origins["timezone"] !== undefined, log, signal, memory };
    await runOnSchedule(scheduleOf(settings, { signal, log }), async () => await passAndLook(setup, looks));
  } finally {
    await looks.close();
    signals.release();
    // the channel to the receiver would keep this process alive
    if (process.connected === true) process.disconnect();
  }
}

/** Where a collector runs on the state folder, it ships what is received too; which of the two looks, the alerts' lock decides. */
async function passAndLook(setup: CollectorSetup & { readonly settings: Settings }, looks: Looks): Promise<void> {
  const { log } = setup;
  try {
    await pass(setup, log);
  } catch (error) {
    if (errorCode(error) === "LOCKED") log.debug("a collector runs here: it ships what is received");
    else log.error(explainError(error), { code: errorCode(error) });
  }
  await looks.look();
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
