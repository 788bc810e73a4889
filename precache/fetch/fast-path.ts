/**
 * The fast way to read a body only to count it: the socket reads into one buffer that all connections share.
 *
 * Plain HTTP, answers with a Content-Length, nothing else: 5,000 small files or 20 MB each, this takes a third of the
 * processor time of a general client. Whatever it does not understand is "unsuited", and the general path asks again.
 * A connection is used again only when an answer ended exactly where it said it would.
 *
 * @module
 */
import {
  Connection,
  type ConnectionOptions,
  type ConnectionOwner,
  type Exchange,
  stopped,
  TICKS_TO_STALL,
} from "./connection.ts";
import type { Asker } from "./transfer.ts";

export interface FastPathOptions extends ConnectionOptions {
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

/** Addresses that have one way to be written: a name or a canonical IPv4, a port that is not 80, no dot segment. */
const OCTET = "(?:0|1\\d?\\d?|2(?:[0-4]?\\d|5[0-5])?|[3-9]\\d?)";
const PLAIN = new RegExp(
  `^http://((?:(?![^/]*xn--)(?:[a-z0-9][a-z0-9-]*\\.)*[a-z][a-z0-9-]*|${OCTET}(?:\\.${OCTET}){3})(?::(?!80/)[1-9]\\d{0,4})?)(/[!$-;=@-[\\]_a-z~]*(?:\\?[!$-&(-;=?-[\\]_a-z~]+)?)$`,
);
const DOT_SEGMENT = /\/(?:\.|%2e)/i;

/** Takes an address apart; undefined when it is not plain HTTP. Thousands of them come, so the plain form is quick. */
export function httpAddress(url: string): HttpAddress | undefined {
  const plain = DOT_SEGMENT.test(url) ? null : PLAIN.exec(url);
  if (plain !== null) return { host: plain[1] ?? "", target: plain[2] ?? "/" };
  const { protocol, host, pathname, search } = new URL(url);
  return protocol === "http:" ? { host, target: `${pathname}${search}` } : undefined;
}

export class FastPath {
  readonly #options: FastPathOptions;
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

  constructor(options: FastPathOptions) {
    this.#options = options;
    this.#buffer = Buffer.allocUnsafeSlow(options.readBytes);
  }

  /** One request, its whole answer; the asker is told how it ended. */
  fetch({ host, target }: HttpAddress, asker: Asker): void {
    this.#ask({ host, target, asker });
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#idle.clear();
  }

  #ask(exchange: Exchange): void {
    const { host, asker } = exchange;
    const { request, signal } = asker;
    if (signal?.aborted === true) asker.fail(stopped(request));
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
    const connection = new Connection(host, this.#buffer, this.#options, this.#owner);
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
