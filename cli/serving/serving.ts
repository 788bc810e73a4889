/**
 * The server of the live page: the room of reports draws, the collector knows what is wrong, core answers.
 *
 * @module
 */

import { readFiring } from "../../alerts/index.ts";
import { type CacheFacts, cacheFindings, findings, gatherPipe, type PipeOptions } from "../../collector/index.ts";
import type { Log } from "../../core/log.ts";
import { listenOptions, type RunningServer, startServer } from "../../core/server/server.ts";
import { systemClock } from "../../core/time/clock.ts";
import { type Health, type LanguageName, openLive, wordsOf } from "../../report/index.ts";
import type { Settings } from "../load-settings.ts";
import { pipeOptions } from "../pipe-options.ts";
import { watchingRoutes } from "./watching-routes.ts";

/** Starts to answer. @throws LarderError `SERVER_ADDRESS`, `SERVER_OPEN`, `SERVER_TOKENS`, `SERVER_TLS`, `CONFIG_SECRET` */
export async function startServing(settings: Settings, log: Log): Promise<RunningServer> {
  const { organisation, language, currency, pricePerGB, lineMbits } = settings.report;
  const pipe = pipeOptions(settings);
  const spoken = language as LanguageName;
  const live = openLive({
    stateDir: settings.stateDir,
    timeZone: settings.timezone,
    words: wordsOf(spoken),
    organisation,
    worth: { currency, pricePerGB, lineMbits },
    server: settings.server,
    readHealth: (known) => healthOf(pipe, known),
    findingsOf: cacheFindings,
    readAlerts: (nowMs) => readFiring(settings.stateDir, { language: spoken, nowMs }),
    clock: systemClock,
  });
  const listen = await listenOptions(settings.serve, ({ said, next }) => log.warn(said, { next }));
  const watching = watchingRoutes({
    options: { ...pipe, server: settings.server, timeZone: settings.timezone },
    clock: systemClock,
    needsToken: listen.tokens.length > 0 || listen.tls?.clientCaFile !== undefined,
  });
  const routes = [...live.routes, ...watching];
  const server = await startServer({ ...listen, routes, browsers: true, log });
  return {
    ...server,
    async close() {
      live.close();
      await server.close();
    },
  };
}

async function healthOf(options: PipeOptions, known: CacheFacts): Promise<Health> {
  const pipe = await gatherPipe(options, known.nowMs);
  return { sinks: pipe.sinks, findings: findings({ ...known, ...pipe }) };
}
