/**
 * The fast way to read a body only to count it: the socket reads into one buffer that all connections share.
 *
 * Plain HTTP, answers with a Content-Length, nothing else: 5,000 small files or 20 MB each, this takes a third of the
 * processor time of a general client. Whatever it does not understand is "unsuited", and the general path asks again.
 * A connection is used again only when an answer ended exactly where it said it would.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { errorCode, errorText } from "../../core/errors.ts";
import { USER_AGENT } from "../../core/http.ts";
import { contentLength, MAX_HEAD_BYTES, parseResponseHead, type ResponseHead } from "./response-head.ts";
import { type AssetRequest, type BodyReader, fetchError, type TransferEnd } from "./transfer.ts";

export interface FastPathOptions {
  readonly stallMs: number;
  readonly connectMs: number;
  /** Size of the shared buffer: the most that one read takes. */
  readonly readBytes: number;
}

export type FastEnd = TransferEnd | "unsuited";

/** Thrown at a caller inside this file alone: a kept connection turned out to be closed; a new one may do. */
class StaleConnection extends Error {}

export class FastPath {
  readonly #options: FastPathOptions;
  readonly #buffer: Buffer;
  readonly #idle = new Map<string, Connection[]>();
  readonly #all = new Set<Connection>();

  constructor(options: FastPathOptions) {
    this.#options = options;
    this.#buffer = Buffer.allocUnsafeSlow(options.readBytes);
  }

  /**
   * One request, its whole answer.
   * @throws FetchError
   */
  async fetch(request: AssetRequest, reader: BodyReader, signal: AbortSignal | undefined): Promise<FastEnd> {
    const { host, hostname, port, pathname, search } = new URL(request.url);
    for (;;) {
      const kept = this.#idle.get(host)?.pop();
      const connection = kept ?? this.#open(hostname, Number(port === "" ? 80 : port));
      try {
        const end = await connection.exchange(request, `${pathname}${search}`, host, reader, signal);
        if (connection.reusable) this.#keep(host, connection);
        else connection.close();
        return end;
      } catch (error) {
        connection.close();
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  }

  close(): void {
    for (const connection of this.#all) connection.close();
    this.#idle.clear();
  }

  #open(hostname: string, port: number): Connection {
    const connection = new Connection(hostname, port, this.#buffer, this.#options, () => this.#all.delete(connection));
    this.#all.add(connection);
    return connection;
  }

  #keep(host: string, connection: Connection): void {
    const idle = this.#idle.get(host);
    if (idle === undefined) this.#idle.set(host, [connection]);
    else idle.push(connection);
  }
}

/** What runs on a connection now. */
interface Exchange {
  readonly request: AssetRequest;
  readonly reader: BodyReader;
  readonly end: (end: FastEnd) => void;
  readonly fail: (error: unknown) => void;
  /** Undefined until the final head; then the body bytes still to come. */
  left: number | undefined;
  bytes: number;
}

class Connection {
  /** True after an answer that ended exactly where it said, on a connection that stays. */
  reusable = false;
  readonly #socket: Socket;
  readonly #options: FastPathOptions;
  #exchange: Exchange | undefined;
  #head = "";
  #headBytes = 0;
  #used = false;
  #connected = false;
  #paused = false;

  constructor(hostname: string, port: number, buffer: Buffer, options: FastPathOptions, onClose: () => void) {
    this.#options = options;
    this.#socket = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port,
      noDelay: true,
      onread: { buffer, callback: (length, bytes) => this.#take((bytes as Buffer).subarray(0, length)) },
    });
    this.#socket.setTimeout(options.connectMs, () => this.#timeout());
    this.#socket.once("connect", () => {
      this.#connected = true;
      this.#socket.setTimeout(options.stallMs);
    });
    this.#socket.on("error", (error) => this.#broken(errorText(error) || (errorCode(error) ?? "it failed"), error));
    this.#socket.once("end", () => this.#broken("the server closed the connection"));
    this.#socket.once("close", () => {
      this.#broken("the connection was closed");
      onClose();
    });
  }

  async exchange(
    request: AssetRequest,
    target: string,
    host: string,
    reader: BodyReader,
    signal: AbortSignal | undefined,
  ): Promise<FastEnd> {
    if (signal?.aborted === true) throw fetchError(request, "FETCH_ABORTED", "it was stopped");
    const fields = Object.entries(request.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`);
    const abort = () => this.#fail(fetchError(request, "FETCH_ABORTED", "it was stopped"));
    try {
      return await new Promise<FastEnd>((end, fail) => {
        this.#exchange = { request, reader, end, fail, left: undefined, bytes: 0 };
        this.reusable = false;
        signal?.addEventListener("abort", abort);
        if (this.#socket.destroyed) this.#broken("the connection was closed");
        this.#socket.write(
          `${request.method ?? "GET"} ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${USER_AGENT}\r\nAccept: */*\r\n${fields.join("")}\r\n`,
        );
      });
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#used = true;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Bytes of the socket. @returns false to stop reading for now. */
  #take(bytes: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.close();
      return false;
    }
    try {
      const body = exchange.left === undefined ? this.#takeHead(exchange, bytes) : bytes;
      if (body !== undefined && this.#exchange === exchange) this.#takeBody(exchange, body);
    } catch (error) {
      this.#fail(error);
    }
    return !this.#paused;
  }

  /** @returns the part of the bytes that is body, once the final head is there. */
  #takeHead(exchange: Exchange, bytes: Buffer): Buffer | undefined {
    this.#headBytes += bytes.length;
    const before = this.#head.length;
    const text = this.#head + bytes.toString("latin1", 0, Math.min(bytes.length, MAX_HEAD_BYTES));
    let at = 0;
    for (;;) {
      const end = text.indexOf("\r\n\r\n", at);
      if (end < 0 || end > MAX_HEAD_BYTES) break;
      const head = parseResponseHead(text.slice(at, end));
      if (typeof head === "string")
        throw fetchError(exchange.request, "FETCH_PROTOCOL", `in the answer's head, ${head}`);
      at = end + 4;
      if (head.status >= 200) {
        this.#head = "";
        this.#headBytes = 0;
        return this.#begin(exchange, head) ? bytes.subarray(at - before) : undefined;
      }
    }
    if (this.#headBytes > MAX_HEAD_BYTES) {
      throw fetchError(exchange.request, "FETCH_PROTOCOL", `the answer's head is longer than ${MAX_HEAD_BYTES} bytes`);
    }
    this.#head = text;
    return undefined;
  }

  /** Decides about an answer by its head. @returns whether its body follows. */
  #begin(exchange: Exchange, head: ResponseHead): boolean {
    const { request, reader } = exchange;
    const length = contentLength(head.headers);
    if (length === "bad") throw fetchError(request, "FETCH_PROTOCOL", "its Content-Length is no length");
    const bodiless = request.method === "HEAD";
    const redirected = head.status >= 300 && head.status < 400 && head.status !== 304;
    const framed = length !== undefined && head.headers["transfer-encoding"] === undefined;
    if (redirected || (head.status < 300 && !bodiless && !framed)) {
      this.#finish("unsuited");
      return false;
    }
    if (reader.head({ status: head.status, headers: head.headers, lengthBytes: length }) === "leave") {
      this.#finish("left");
      return false;
    }
    exchange.left = bodiless ? 0 : (length ?? 0);
    this.reusable = head.minor === 1 && !/\bclose\b/i.test(head.headers["connection"] ?? "");
    return true;
  }

  #takeBody(exchange: Exchange, bytes: Buffer): void {
    const left = exchange.left ?? 0;
    const own = bytes.length > left ? bytes.subarray(0, left) : bytes;
    if (bytes.length > left) this.reusable = false;
    exchange.left = left - own.length;
    exchange.bytes += own.length;
    const wait = own.length === 0 ? undefined : exchange.reader.chunk(own);
    if (wait !== undefined) this.#pauseFor(wait, exchange);
    else if (exchange.left === 0) this.#finish("whole");
  }

  /** Stops reading until the reader is ready: the window closes and the sender waits. */
  #pauseFor(wait: Promise<void>, exchange: Exchange): void {
    this.#paused = true;
    wait.then(
      () => {
        this.#paused = false;
        if (this.#exchange !== exchange) return;
        if (exchange.left === 0) this.#finish("whole");
        else this.#socket.setTimeout(this.#options.stallMs);
        this.#socket.resume();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #finish(end: FastEnd): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (end !== "whole") this.reusable = false;
    exchange?.end(end);
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.reusable = false;
    this.close();
    exchange?.fail(error);
  }

  #timeout(): void {
    if (this.#paused) return;
    const exchange = this.#exchange;
    if (exchange === undefined) this.close();
    else if (!this.#connected) {
      const said = `no connection within ${this.#options.connectMs / 1000} s`;
      this.#fail(fetchError(exchange.request, "FETCH_UNREACHABLE", said));
    } else {
      const said = `nothing came for ${this.#options.stallMs / 1000} s, after ${exchange.bytes} bytes of the body`;
      this.#fail(fetchError(exchange.request, "FETCH_STALLED", said));
    }
  }

  /** The connection is gone; what that means depends on how far we were. */
  #broken(said: string, cause?: unknown): void {
    const exchange = this.#exchange;
    this.reusable = false;
    if (exchange === undefined) {
      this.close();
      return;
    }
    // The last bytes came, only the reader still holds us: the server owes nothing any more.
    if (exchange.left === 0) return;
    if (this.#used && exchange.left === undefined && this.#headBytes === 0) this.#fail(new StaleConnection(said));
    else if (!this.#connected) this.#fail(fetchError(exchange.request, "FETCH_UNREACHABLE", said, { cause }));
    else {
      const still = exchange.left === undefined ? "before its answer" : `with ${exchange.left} bytes still to come`;
      this.#fail(fetchError(exchange.request, "FETCH_BROKEN", `${said} ${still}`, { cause }));
    }
  }
}
