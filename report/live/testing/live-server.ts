/**
 * The live page on a server of its own, for tests of the page: the headers it is served with, and a clock that is set.
 *
 * @module
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { wordsOf } from "../../languages/languages.ts";
import { type CacheKnown, type Health, type Live, openLive } from "../live.ts";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export interface LiveServerOptions {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly server: string;
  /** What time it is; may go on. */
  now: number;
  readonly language?: "en" | "de";
  readonly health?: (known: CacheKnown) => Health;
}

export interface LiveServer {
  readonly url: string;
  readonly live: Live;
  /** Ends every feed, as a network does that breaks; new ones are refused while it is broken. */
  breakOff(broken: boolean): void;
  close(): Promise<void>;
}

export async function startLive(options: LiveServerOptions): Promise<LiveServer> {
  const live = openLive({
    ...options,
    words: wordsOf(options.language ?? "en"),
    organisation: "Town of Example",
    worth: { currency: "EUR", pricePerGB: undefined, lineMbits: undefined },
    readHealth: async (known) => options.health?.(known) ?? { findings: [], sinks: [] },
    findingsOf: () => [],
    clock: { now: () => options.now, sleep: async (ms) => await sleep(Math.min(ms, 50)) },
  });
  const feeds = new Set<ServerResponse>();
  let broken = false;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    response.setHeader("content-security-policy", POLICY);
    response.setHeader("cache-control", "no-store");
    if (url.pathname === "/feed") {
      if (broken) return response.destroy();
      response.writeHead(200, { "content-type": "text/event-stream" });
      feeds.add(response);
      const since = request.headers["last-event-id"]?.toString() ?? url.searchParams.get("since") ?? undefined;
      const end = await live.feed(url.searchParams.get("page") ?? "/", since, ({ id, event, data }) => {
        response.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
      });
      response.on("close", () => {
        feeds.delete(response);
        end?.();
      });
      return undefined;
    }
    const answer = await live.answer(url);
    response.writeHead(answer?.status ?? 404, { "content-type": answer?.type ?? "text/plain" });
    return response.end(answer?.body ?? "not found");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    live,
    breakOff: (now) => {
      broken = now;
      for (const feed of feeds) feed.destroy();
    },
    close: async () => {
      live.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
