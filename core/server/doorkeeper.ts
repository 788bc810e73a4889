/**
 * Sees each request through: whether it may ask, what it asks, the answer and its headers.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { errorText } from "../errors.ts";
import type { Log } from "../log.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { type Access, type NamedToken, suspicion } from "./access.ts";
import { readBody } from "./body.ts";
import { type Reply, type Route, refusal } from "./exchange.ts";
import { type Feed, startFeed } from "./feed.ts";
import { addressOf, RequestRate, type ServerLimits } from "./limits.ts";
import { RefusalLog } from "./refusal-log.ts";
import { findRoute } from "./routes.ts";
import { askForToken, SIGN_IN_PATH, signInByForm, signInByLink } from "./sign-in.ts";

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

export interface DoorOptions {
  readonly routes: readonly Route[];
  readonly access: Access;
  readonly limits: ServerLimits;
  /** Whether answers go over TLS. */
  readonly secure: boolean;
  /** Whether people come with a browser and can sign in. */
  readonly browsers: boolean;
  readonly log: Log;
  readonly clock: Clock | undefined;
}

export class Doorkeeper {
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

  constructor({ routes, access, limits, secure, browsers, log, clock = systemClock }: DoorOptions) {
    this.#access = access;
    this.#limits = limits;
    this.#rate = new RequestRate(limits.requestsPerMinute);
    this.#log = log;
    this.#refusals = new RefusalLog(log);
    this.#clock = clock;
    this.#secure = secure;
    this.#browsers = browsers;
    const form = { maxBytes: 4096, types: ["application/x-www-form-urlencoded"] };
    const signIn: Route = {
      ...{ method: "POST", path: SIGN_IN_PATH, open: true, body: form },
      answer: ({ body }) => signInByForm(access, body, { secure, nowMs: clock.now() }),
    };
    this.#routes = browsers && access.required ? [signIn, ...routes] : routes;
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
    const nowMs = this.#clock.now();
    const identity = this.#access.identify(request, pathToken, nowMs);
    const url = new URL(`http://larder.invalid${request.url ?? "/"}`);
    if (this.#access.required && route.open !== true && identity === undefined) {
      const link =
        this.#browsers && route.method === "GET"
          ? signInByLink(this.#access, url, { secure: this.#secure, nowMs })
          : undefined;
      if (link === undefined) this.#rate.take(address, nowMs, 9);
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
