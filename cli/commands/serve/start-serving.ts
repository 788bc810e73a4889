/**
 * The server of the live page: the room of reports draws, the collector knows what is wrong, core answers.
 *
 * @module
 */
import {
  type CacheFacts,
  CONTENT_TYPES,
  cacheFindings,
  findings,
  formatFor,
  gatherPipe,
  hasStatus,
  OpenMetrics,
} from "../../../collector/index.ts";
import type { Log } from "../../../core/log.ts";
import { json, listenOptions, type Route, type RunningServer, startServer } from "../../../core/server/server.ts";
import { systemClock } from "../../../core/time/clock.ts";
import { type Health, type LanguageName, openLive, wordsOf } from "../../../report/index.ts";
import type { Settings } from "../../load-settings.ts";

/** Starts to answer. @throws LarderError `SERVER_ADDRESS`, `SERVER_OPEN`, `SERVER_TOKENS`, `SERVER_TLS`, `CONFIG_SECRET` */
export async function startServing(settings: Settings, log: Log): Promise<RunningServer> {
  const { organisation, language, currency, pricePerGB, lineMbits } = settings.report;
  const live = openLive({
    stateDir: settings.stateDir,
    timeZone: settings.timezone,
    words: wordsOf(language as LanguageName),
    organisation,
    worth: { currency, pricePerGB, lineMbits },
    server: settings.server,
    readHealth: (known) => healthOf(settings, known),
    findingsOf: cacheFindings,
    clock: systemClock,
  });
  const listen = await listenOptions(settings.serve, ({ said, next }) => log.warn(said, { next }));
  const routes = [...live.routes, metricsRoute(settings.stateDir), healthRoute()];
  const server = await startServer({ ...listen, routes, browsers: true, log });
  return {
    ...server,
    async close() {
      live.close();
      await server.close();
    },
  };
}

async function healthOf(settings: Settings, known: CacheFacts): Promise<Health> {
  const pipe = await gatherPipe({
    stateDir: settings.stateDir,
    sinks: settings.sinks,
    readsStatus: hasStatus(settings.sources.managerStatus),
    readsLog: settings.sources.serviceLog.enabled,
  });
  return { sinks: pipe.sinks, findings: findings({ ...known, ...pipe }) };
}

function metricsRoute(stateDir: string): Route {
  const metrics = new OpenMetrics(stateDir);
  return {
    method: "GET",
    path: "/metrics",
    async answer({ headers }) {
      const format = formatFor(headers.accept);
      return { status: 200, type: CONTENT_TYPES[format], body: await metrics.text(format, Date.now()) };
    },
  };
}

/** For whatever watches that larder itself answers; needs no token and tells nothing else. */
function healthRoute(): Route {
  return { method: "GET", path: "/healthz", open: true, answer: () => json(200, { status: "ok" }) };
}
