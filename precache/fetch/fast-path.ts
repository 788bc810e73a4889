/**
 * The fast way to read a body only to count it: the socket reads into one buffer that all connections share.
 *
 * Plain HTTP, answers with a Content-Length, nothing else: 5,000 small files or 20 MB each, this takes a third of the
 * processor time of a general client. Whatever it does not understand is "unsuited", and the general path asks again.
 * A connection is used again only when an answer ended exactly where it said it would.
 *
 * @module
 */
import { Connection, type ConnectionOptions, type FastEnd, StaleConnection, stopped } from "./connection.ts";
import type { AssetRequest, BodyReader } from "./transfer.ts";

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

/** Takes an address apart; undefined when it is not plain HTTP. Thousands of them come, so the plain form is quick. */
export function httpAddress(url: string): HttpAddress | undefined {
  const plain = /^http:\/\/([0-9a-z.:-]+)(\/[!$-;=?-[\]_a-z~]*)$/.exec(url);
  if (plain !== null) return { host: plain[1] ?? "", target: plain[2] ?? "/" };
  const { protocol, host, pathname, search } = new URL(url);
  return protocol === "http:" ? { host, target: `${pathname}${search}` } : undefined;
}

export class FastPath {
  readonly #options: FastPathOptions;
  readonly #buffer: Buffer;
  readonly #idle = new Map<string, Connection[]>();
  readonly #all = new Set<Connection>();
  readonly #bySignal = new WeakMap<AbortSignal, Set<Connection>>();

  constructor(options: FastPathOptions) {
    this.#options = options;
    this.#buffer = Buffer.allocUnsafeSlow(options.readBytes);
  }

  /**
   * One request, its whole answer.
   * @throws FetchError
   */
  async fetch(
    request: AssetRequest,
    { host, target }: HttpAddress,
    reader: BodyReader,
    signal: AbortSignal | undefined,
  ): Promise<FastEnd> {
    for (;;) {
      if (signal?.aborted === true) throw stopped(request);
      const kept = this.#idle.get(host)?.pop();
      const connection = kept ?? this.#open(host);
      const running = this.#running(signal);
      running?.add(connection);
      try {
        const end = await connection.exchange(request, host, target, reader);
        if (connection.reusable) this.#keep(host, connection);
        else connection.close();
        return end;
      } catch (error) {
        connection.close();
        if (!(error instanceof StaleConnection)) throw error;
      } finally {
        running?.delete(connection);
      }
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#idle.clear();
  }

  /** Connections to be cut when a signal is aborted. One listener serves all transfers of a run. */
  #running(signal: AbortSignal | undefined): Set<Connection> | undefined {
    if (signal === undefined) return undefined;
    const known = this.#bySignal.get(signal);
    if (known !== undefined) return known;
    const running = new Set<Connection>();
    this.#bySignal.set(signal, running);
    signal.addEventListener("abort", () => {
      for (const connection of running) connection.stop();
    });
    return running;
  }

  #open(host: string): Connection {
    const { hostname, port } = new URL(`http://${host}`);
    const connection = new Connection(hostname, Number(port === "" ? 80 : port), this.#buffer, this.#options, () =>
      this.#all.delete(connection),
    );
    this.#all.add(connection);
    return connection;
  }

  #keep(host: string, connection: Connection): void {
    const idle = this.#idle.get(host);
    if (idle === undefined) this.#idle.set(host, [connection]);
    else idle.push(connection);
  }
}
