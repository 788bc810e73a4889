/**
 * What `larder receive` does: it listens until it is stopped, and has what it takes rolled up and shipped.
 *
 * @module
 */

import { once } from "node:events";
import { openReceiver, openSiteFile, warmUpReceiver } from "../../../collector/index.ts";
import { listenOptions, startServer } from "../../../core/server/server.ts";
import { loadSettings } from "../../load-settings.ts";
import { openLog } from "../../log.ts";
import { parseLogLevel } from "../../log-level.ts";
import { isTerminal, print, printJsonLine } from "../../output.ts";
import { checkScheduleOf } from "../../passes.ts";
import { followSignals } from "../../signals.ts";
import { printDeclaration } from "./declaration.ts";
import { layerOfReceive } from "./layer.ts";
import { startPassesProcess } from "./passes-process.ts";
import type { ReceiveFlags } from "./register.ts";

/** From one address: a proxy may stand for a whole fleet, which reports each minute. */
const LIMITS = { requestsPerMinute: 12_000, connectionsPerAddress: 2000, connections: 4000 };

/** Runs the command. */
export async function receive(flags: ReceiveFlags): Promise<void> {
  if (flags.printDeclaration === true) return await printDeclaration(flags);
  if (flags.passes === true) {
    const { receivePasses } = await import("./passes.ts");
    return await receivePasses(flags);
  }
  const level = parseLogLevel(flags.logLevel);
  const { settings, origins } = await loadSettings(flags, { layers: [layerOfReceive(flags)] });
  await checkScheduleOf({ settings, origins });
  const watched = isTerminal() && flags.json !== true && level === "info";
  const log = await openLog(watched ? "warn" : level);
  const listen = await listenOptions(settings.receive, ({ said, next }) => log.warn(said, { next }));
  const { sitesFile: path, unassigned } = settings.receive;
  const sites = await openSiteFile({ path, unassigned, log });
  const signals = followSignals({ onStop: (signal) => log.info("stopping", { signal }) });
  warmUpReceiver();
  const receiver = await openReceiver({
    stateDir: settings.stateDir,
    server: settings.server,
    tags: settings.tags,
    sites: sites.sites,
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
      const passes = startPassesProcess({ program: ownProgram("--passes"), log });
      if (!signals.stop.aborted) await once(signals.stop, "abort");
      await passes.stop();
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

/** This very program with these very words, and one more. */
function ownProgram(word: string): [path: string, ...words: string[]] {
  const [, path = "", ...words] = process.argv;
  return [path, ...words, word];
}
