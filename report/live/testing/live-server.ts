/**
 * The live page on a server of its own, for tests of the page: with a clock that is set, and a line that can break.
 *
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises";
import { silentLog } from "../../../core/log.ts";
import { type RunningServer, startServer } from "../../../core/server/server.ts";
import { wordsOf } from "../../words.ts";
import { type AlertView, type CacheKnown, type Health, openLive } from "../live.ts";

export interface LiveServerOptions {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly server: string;
  /** What time it is; may go on. */
  now: number;
  readonly language?: "en" | "de";
  readonly alerts?: (nowMs: number) => Promise<readonly AlertView[] | undefined>;
  readonly health?: (known: CacheKnown) => Health;
}

export interface LiveServer {
  /** `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Stops listening, as a server does that is gone, and comes back at the same address with `again`. */
  stop(): Promise<void>;
  again(): Promise<void>;
  close(): Promise<void>;
}

export async function startLive(options: LiveServerOptions): Promise<LiveServer> {
  const open = () =>
    openLive({
      stateDir: options.stateDir,
      timeZone: options.timeZone,
      server: options.server,
      words: wordsOf(options.language ?? "en"),
      organisation: "Town of Example",
      worth: { currency: "EUR", pricePerGB: undefined, lineMbits: undefined },
      readHealth: async (known) => options.health?.(known) ?? { findings: [], sinks: [] },
      readAlerts: async (nowMs) => await options.alerts?.(nowMs),
      findingsOf: () => [],
      clock: { now: () => options.now, sleep: async (ms) => await sleep(Math.min(ms, 50)) },
    });
  let live = open();
  const listen = async (port: number): Promise<RunningServer> =>
    await startServer({ host: "127.0.0.1", port, routes: live.routes, browsers: true, log: silentLog });
  let server = await listen(0);
  const { url, port } = server;
  const stop = async (): Promise<void> => {
    live.close();
    await server.close();
  };
  return {
    url,
    stop,
    again: async () => {
      live = open();
      server = await listen(port);
    },
    close: stop,
  };
}
