/**
 * The one door through which larder answers over HTTP: live page, `/metrics`, receiver. Node's own server below; here are
 * its limits, who may ask, and the headers of every answer.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { watchFiles } from "../changed-files.ts";
import { errorCode, errorText, LarderError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { Access, isLoopbackHost, type NamedToken, suspicion } from "./access.ts";
import { readBody } from "./body.ts";
import { type Reply, type Route, refusal } from "./exchange.ts";
import { type Feed, startFeed } from "./feed.ts";
import {
  addressOf,
  Connections,
  DEFAULT_LIMITS,
  keyOf,
  MAX_HEAD_BYTES,
  RequestRate,
  type ServerLimits,
} from "./limits.ts";
import { RefusalLog } from "./refusal-log.ts";
import { findRoute } from "./routes.ts";
import { askForToken, SIGN_IN_PATH, signInByForm, signInByLink } from "./sign-in.ts";
import { readTls, type TlsFiles, tlsPaths } from "./tls-files.ts";
import { readTokenFile } from "./token-file.ts";

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
const FILES_CHECK_MS = 10_000;

/** Scripts, styles and the feed from here alone, nothing inline, and in nobody's frame. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

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
  const doorkeeper = new Doorkeeper(options, access, limits);
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

/** Sees each request through: whether it may ask, what it asks, the answer. */
class Doorkeeper {
  readonly #access: Access;
  readonly #routes: readonly Route[];
  readonly #limits: ServerLimits;
  readonly #rate: RequestRate;
  readonly #log: Log;
  readonly #refusals: RefusalLog;
  readonly #clock: Clock;
  readonly #secure: boolean;
  readonly #browsers: boolean;
  readonly #feeds = new Set<ServerResponse>();

  constructor(options: ServerOptions, access: Access, limits: ServerLimits) {
    this.#access = access;
    this.#limits = limits;
    this.#rate = new RequestRate(limits.requestsPerMinute);
    this.#log = options.log;
    this.#refusals = new RefusalLog(options.log);
    this.#clock = options.clock ?? systemClock;
    this.#secure = options.tls !== undefined;
    this.#browsers = options.browsers === true;
    const form = { maxBytes: 4096, types: ["application/x-www-form-urlencoded"] };
    const signIn: Route = {
      ...{ method: "POST", path: SIGN_IN_PATH, open: true, body: form },
      answer: ({ body }) => signInByForm(access, body, this.#secure),
    };
    this.#routes = this.#browsers && access.required ? [signIn, ...options.routes] : options.routes;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // a client that leaves in the middle is nobody's fault
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      const reply = await this.#reply(request);
      if ("status" in reply && reply.status === 401) this.#refusals.note(addressOf(request.socket), this.#clock.now());
      if (response.destroyed) return;
      if ("feed" in reply) await this.#feed(response, reply);
      else send(request, response, reply);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      this.#log.error("a request could not be answered", { path: pathOf(request), error: errorText(error) });
      if (response.headersSent) response.destroy();
      else send(request, response, refusal(500, "larder could not answer; its log says why."));
    }
  }

  /** Feeds end: a page that may still ask opens its own again. */
  takeTokens(tokens: readonly NamedToken[]): void {
    this.#access.replace(tokens);
    this.endFeeds();
  }

  endFeeds(): void {
    for (const response of this.#feeds) response.end();
  }

  async #reply(request: IncomingMessage): Promise<Reply | Feed> {
    const address = addressOf(request.socket);
    const wait = this.#rate.take(address, this.#clock.now());
    if (wait > 0) return refusal(429, `Too many requests: come back in ${wait} s.`, { "retry-after": String(wait) });
    // Node takes the first, and a proxy may have looked at another
    if ((request.headersDistinct["host"]?.length ?? 0) > 1) return refusal(400, "A request names one host.");
    const doubt = suspicion(request, this.#access);
    if (doubt !== undefined) return refusal(403, doubt);
    const found = findRoute(this.#routes, request.method ?? "", pathOf(request));
    if ("status" in found) return found;
    const { route, parameters } = found;
    const pathToken = route.tokenParameter === undefined ? undefined : parameters[route.tokenParameter];
    const identity = this.#access.identify(request, pathToken);
    const url = new URL(`http://larder.invalid${request.url ?? "/"}`);
    if (this.#access.required && route.open !== true && identity === undefined) {
      const link = this.#browsers && route.method === "GET" ? signInByLink(this.#access, url, this.#secure) : undefined;
      if (link === undefined) this.#rate.take(address, this.#clock.now(), 9);
      return link ?? askForToken(this.#browsers && (request.headers.accept ?? "").includes("text/html"));
    }
    const body = await readBody(request, route.body);
    if (!Buffer.isBuffer(body)) return body;
    return await route.answer({
      method: route.method,
      url,
      parameters,
      headers: request.headers,
      body,
      identity,
      address,
    });
  }

  async #feed(response: ServerResponse, feed: Feed): Promise<void> {
    const { size } = this.#feeds;
    if (size >= this.#limits.feeds) {
      send(response.req, response, refusal(503, `${size} pages are open already.`, { "retry-after": "60" }));
      return;
    }
    this.#feeds.add(response);
    response.once("close", () => this.#feeds.delete(response));
    await startFeed(response, feed);
  }
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  // the rest of a request that was not read would be taken for the next one
  if (!request.complete && request.method !== "GET" && request.method !== "HEAD")
    response.setHeader("connection", "close");
  const body = typeof reply.body === "string" ? Buffer.from(reply.body) : Buffer.from(reply.body ?? []);
  response.writeHead(reply.status, {
    "content-type": reply.type ?? "text/plain; charset=utf-8",
    "content-length": body.length,
    ...reply.headers,
  });
  response.end(body);
}

/** The path as it came, which `URL` would tidy up. */
function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").replace(/[?#].*$/s, "");
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

/** Reads key and certificate again when their files change. @returns how to stop */
async function reloadTls(server: TlsServer, files: TlsFiles, log: Log): Promise<() => void> {
  const onChange = async (): Promise<void> => {
    try {
      server.setSecureContext(await readTls(files));
      log.info("took the new certificate", { certFile: files.certFile });
    } catch (error) {
      log.warn("keeping the certificate we have", { error: errorText(error) });
    }
  };
  return await watchFiles({ paths: tlsPaths(files), everyMs: FILES_CHECK_MS, onChange });
}

/** Reads the tokens again when their file changes; one that cannot be used changes nothing. @returns how to stop */
async function reloadTokens(doorkeeper: Doorkeeper, path: string, log: Log): Promise<() => void> {
  const onChange = async (): Promise<void> => {
    try {
      const tokens = await readTokenFile(path, ({ said, next }) => log.warn(said, { next }));
      doorkeeper.takeTokens(tokens);
      log.info("took the new tokens", { tokenFile: path, names: tokens.map(({ name }) => name) });
    } catch (error) {
      log.warn("keeping the tokens we have", { error: errorText(error) });
    }
  };
  return await watchFiles({ paths: [path], everyMs: FILES_CHECK_MS, onChange });
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
