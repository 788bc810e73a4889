/**
 * The one door through which larder answers over HTTP: live page, `/metrics`, receiver. Node's own server below; here are
 * its limits; `doorkeeper.ts` sees each request through.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { errorCode, errorText, LarderError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Clock } from "../time/clock.ts";
import { Access, isLoopbackHost, type NamedToken } from "./access.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import type { Route } from "./exchange.ts";
import { Connections, DEFAULT_LIMITS, keyOf, MAX_HEAD_BYTES, type ServerLimits } from "./limits.ts";
import { reloadTls, reloadTokens } from "./reload.ts";
import { readTls, type TlsFiles } from "./tls-files.ts";

export { isLoopbackHost, type NamedToken } from "./access.ts";
export { json, type Method, type Reply, type Route, refusal, type ServerRequest } from "./exchange.ts";
export type { Feed, FeedEvent } from "./feed.ts";
export { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
export { checkListen, type ListenOptions, listenOptions, listenShape } from "./options.ts";
export type { TlsFiles } from "./tls-files.ts";
export { readTokenFile } from "./token-file.ts";

export interface ServerOptions {
  /** Where to listen: an address or name of this computer. */
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly routes: readonly Route[];
  /** None: nobody needs one, and `host` has to be loopback. */
  readonly tokens?: readonly NamedToken[];
  /** Where the tokens are from: they are read again when it changes. */
  readonly tokenFile?: string;
  readonly tls?: TlsFiles;
  /** True where people come with a browser: they can sign in with a token, and stay signed in. */
  readonly browsers?: boolean;
  readonly limits?: Partial<ServerLimits>;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface RunningServer {
  /** `http://127.0.0.1:8080/`: how this computer reaches it. */
  readonly url: string;
  readonly port: number;
  /** Takes nothing new, ends feeds, and waits for answers under way, 5 seconds at most. */
  close(): Promise<void>;
}

const CLOSE_MS = 5000;

/**
 * Starts to listen.
 * @throws LarderError `SERVER_OPEN` for an address that others reach without a token; `SERVER_ADDRESS` when it cannot be had;
 *   `SERVER_TLS` when key or certificate cannot be used
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const certificates = options.tls?.clientCaFile !== undefined;
  const access = new Access(options.tokens ?? [], certificates);
  if (!access.required && !isLoopbackHost(options.host)) throw openToAll(options.host);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const { routes, log, clock } = options;
  const own = { secure: options.tls !== undefined, browsers: options.browsers === true };
  const doorkeeper = new Doorkeeper({ routes, access, limits, log, clock, ...own });
  const server = await makeServer(
    options.tls,
    limits,
    (request, response) => void doorkeeper.answer(request, response),
  );
  setLimits(server, limits, options.log);
  const stopReloading = [
    ...(options.tls === undefined ? [] : [await reloadTls(server as TlsServer, options.tls, options.log)]),
    ...(options.tokenFile === undefined ? [] : [await reloadTokens(doorkeeper, options.tokenFile, options.log)]),
  ];
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const name = isLoopbackHost(options.host) ? options.host : "localhost";
  return {
    url: `http${options.tls === undefined ? "" : "s"}://${name.includes(":") ? `[${name}]` : name}:${port}/`,
    port,
    async close() {
      for (const stop of stopReloading) stop();
      doorkeeper.endFeeds();
      const closed = once(server, "close");
      server.close();
      const forced = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      server.closeIdleConnections();
      await closed;
      clearTimeout(forced);
    },
  };
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

async function makeServer(
  tls: TlsFiles | undefined,
  limits: ServerLimits,
  listener: Listener,
): Promise<Server | TlsServer> {
  const own = { maxHeaderSize: MAX_HEAD_BYTES, connectionsCheckingInterval: Math.min(2000, limits.headMs) };
  if (tls === undefined) return createServer(own, listener);
  const client = tls.clientCaFile === undefined ? {} : { requestCert: true, rejectUnauthorized: false };
  return createTlsServer({ ...own, ...client, ...(await readTls(tls)), handshakeTimeout: limits.headMs }, listener);
}

function setLimits(server: Server | TlsServer, limits: ServerLimits, log: Log): void {
  server.headersTimeout = limits.headMs;
  server.requestTimeout = limits.requestMs;
  server.keepAliveTimeout = limits.idleMs;
  server.setTimeout(limits.idleMs);
  let warned = false;
  const connections = new Connections(limits, () => {
    if (!warned)
      log.warn("as many connections as allowed: those that have been silent longest are closed for new ones", {
        limit: limits.connections,
      });
    warned = true;
  });
  server.on("connection", (socket) => connections.add(socket));
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    const key = keyOf(socket);
    connections.asks(key);
    response.once("close", () => connections.isSilent(key));
  });
}

async function listen(server: Server | TlsServer, { host, port }: ServerOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    const [why, next] = ADDRESS_TROUBLE[errorCode(error) ?? ""] ?? [errorText(error), "choose another host or port"];
    throw new LarderError(`Cannot listen on "${host}:${port}": ${why}`, {
      ...{ code: "SERVER_ADDRESS", state: "nothing was started", next, cause: error },
    });
  }
}

const ADDRESS_TROUBLE: Readonly<Record<string, readonly [why: string, next: string]>> = {
  EADDRINUSE: ["another program listens there", "stop it, or choose another port with --port"],
  EACCES: ["ports below 1024 need root", "choose a port from 1024 on with --port"],
  EADDRNOTAVAIL: ["this computer does not have that address", "choose one it has with --host, or 0.0.0.0 for all"],
  ENOTFOUND: ["no computer of that name", "choose an address this computer has with --host"],
};

function openToAll(host: string): LarderError {
  return new LarderError(`Cannot listen on "${host}": others reach this address, and no token was given`, {
    code: "SERVER_OPEN",
    state: "nothing was started",
    next: "make one with: openssl rand -hex 32 > token; then add --token-file token",
  });
}
