/**
 * Plain HTTP/1.1, for bodies that are read only to be counted and checked: the socket reads into one buffer that all
 * connections share.
 *
 * For 5,000 small files, or files of 20 MB, it takes a third of the processor time of a general client
 * (`bench/warm/transfer.ts`). A connection is used again only when an answer ended exactly where it announced.
 *
 * @module
 */
import { Connection, type ConnectionOwner, type Exchange, TICKS_TO_STALL } from "./connection.ts";
import {
  type ResponseHandler,
  stopped,
  type Transport,
  type TransportOptions,
  type TransportRequest,
} from "./request.ts";

export interface RawTransportOptions extends TransportOptions {
  /** Size of the shared buffer: the most that one read takes. */
  readonly readBytes: number;
}

/** An address of plain HTTP, taken apart. */
export interface HttpAddress {
  /** Host and port, as the Host field has them. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
}

/** Beginnings and ends of addresses that have one way to be written. */
const OCTET = "(?:0|1\\d?\\d?|2(?:[0-4]?\\d|5[0-5])?|[3-9]\\d?)";
/** A name or a canonical IPv4, a port that is not 80. */
const PLAIN_ORIGIN = new RegExp(
  `^http://(?:(?!.*xn--)(?:[a-z0-9][a-z0-9-]*\\.)*[a-z][a-z0-9-]*|${OCTET}(?:\\.${OCTET}){3})(?::(?!80$)[1-9]\\d{0,4})?$`,
);
/** No dot segment, no character that would be escaped. */
const PLAIN_TARGET = /^(?:\/(?!\.|%2[eE])[!$-.0-;=@-[\]_a-z~]*)+(?:\?[!$-&(-;=?-[\]_a-z~]+)?$/;

/** A run asks one cache thousands of times: its origin is looked at once. */
let plainOrigin = "http://localhost";

/** Takes an address apart; undefined when it is not plain HTTP. Thousands of them come, so the plain form is quick. */
export function httpAddress(url: string): HttpAddress | undefined {
  const slash = url.indexOf("/", "http://".length);
  const origin = url.slice(0, slash);
  const target = url.slice(slash);
  if (slash > 0 && PLAIN_TARGET.test(target) && (origin === plainOrigin || PLAIN_ORIGIN.test(origin))) {
    plainOrigin = origin;
    return { host: origin.slice("http://".length), target };
  }
  const { protocol, host, pathname, search } = new URL(url);
  return protocol === "http:" ? { host, target: `${pathname}${search}` } : undefined;
}

export class RawTransport implements Transport {
  readonly #options: RawTransportOptions;
  readonly #buffer: Buffer;
  readonly #idle = new Map<string, Connection[]>();
  readonly #all = new Set<Connection>();
  readonly #heard = new WeakSet<AbortSignal>();
  #ticking: NodeJS.Timeout | undefined;
  readonly #owner: ConnectionOwner = {
    free: (connection) => this.#keep(connection),
    again: (exchange) => this.#ask(exchange),
    gone: (connection) => this.#forget(connection),
  };

  constructor(options: RawTransportOptions) {
    this.#options = options;
    this.#buffer = Buffer.allocUnsafeSlow(options.readBytes);
  }

  /** The address must be of plain HTTP. */
  send(request: TransportRequest, handler: ResponseHandler): void {
    const address = httpAddress(request.url);
    if (address === undefined) throw new Error("the raw transport speaks plain HTTP only");
    this.#ask({ ...address, request, handler });
  }

  async close(): Promise<void> {
    for (const connection of this.#all) connection.close();
    this.#idle.clear();
  }

  #ask(exchange: Exchange): void {
    const { host, request, handler } = exchange;
    const { signal } = handler;
    if (signal?.aborted === true) handler.fail(stopped(request));
    else {
      if (signal !== undefined) this.#hear(signal);
      (this.#idle.get(host)?.pop() ?? this.#open(host)).exchange(exchange);
    }
  }

  /** What is asked with a signal is cut when it is aborted. One listener serves all transfers of a run. */
  #hear(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return;
    this.#heard.add(signal);
    signal.addEventListener("abort", () => {
      for (const connection of this.#all) connection.stop(signal);
    });
  }

  #open(host: string): Connection {
    const connection = new Connection(host, { buffer: this.#buffer, options: this.#options, owner: this.#owner });
    this.#all.add(connection);
    this.#ticking ??= setInterval(() => {
      for (const each of this.#all) each.tick();
    }, this.#options.stallMs / TICKS_TO_STALL);
    return connection;
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection);
    if (this.#all.size > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  #keep(connection: Connection): void {
    const idle = this.#idle.get(connection.host);
    if (idle === undefined) this.#idle.set(connection.host, [connection]);
    else idle.push(connection);
  }
}
