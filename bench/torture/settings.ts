/**
 * What an admin has set in a world.
 *
 * @module
 */
import { statsDataPath } from "../../fixtures/content-cache/index.ts";
import { LocalCache } from "./caches.ts";
import type { Gate } from "./gate.ts";
import type { Notified } from "./notified.ts";

/** What of a world they name. */
interface Settled {
  readonly plan: { readonly seed: number; readonly zone: string; readonly macOsServer?: boolean };
  readonly stateDir: string;
  readonly database: string;
  readonly local: LocalCache;
  readonly gates: Readonly<Record<"influx" | "victoria", Gate>>;
  readonly notified: Notified;
}

/** @param changes how often an admin has changed them */
export function settingsOf(world: Settled, changes: number): unknown {
  const { plan, local, gates, database, notified } = world;
  return {
    server: LocalCache.server,
    stateDir: world.stateDir,
    timezone: plan.zone,
    tags: { world: String(plan.seed), rack: `rack ${changes}` },
    // each of them, so that the collector and the receiver want the same lock all the time
    schedule: "* * * * * *",
    spreadSeconds: 0,
    passSeconds: 5,
    journal: { keepDays: 36_500 },
    sources: {
      // a Mac that was upgraded has both
      metricsSqlite: { enabled: plan.macOsServer ?? false, path: statsDataPath(local.cache.metricsPath) },
      metricsDb: { enabled: !local.isServer, path: local.cache.metricsPath },
      managerStatus: { file: local.statusPath, every: 60 },
      serviceLog: { enabled: true, file: local.cache.logPath, every: 60 },
    },
    sinks: [
      {
        ...{ name: "influx", type: "influx1", url: gates.influx.url, database },
        timeoutSeconds: 2,
      },
      { name: "victoria", type: "victoriametrics", url: gates.victoria.url, timeoutSeconds: 2 },
    ],
    alerts: {
      pingUrl: notified.pingUrl,
      notifiers: [{ name: "hook", type: "webhook", url: notified.url }],
    },
  };
}
