/**
 * One connection of the fast path: it writes a request, reads the head of the answer, counts the body down.
 *
 * The socket reads into a buffer that all connections share, so nothing of it may be kept beyond the call.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { errorCode, errorText } from "../../core/errors.ts";
import { USER_AGENT } from "../../core/http.ts";
import { HeadReader } from "./head-reader.ts";
import { contentLength, type ResponseHead } from "./response-head.ts";
import { type Asker, type AssetRequest, type FastEnd, type FetchError, fetchError } from "./transfer.ts";

export interface ConnectionOptions {
  readonly stallMs: number;
  readonly connectMs: number;
}

/** Into so many parts the stall time is divided; a stall is found at most one of them late. */
export const TICKS_TO_STALL = 10;

/** One request on its way. */
export interface Exchange {
  /** Host and port, as the Host field has them. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  readonly asker: Asker;
}

/** Who holds connections. */
export interface ConnectionOwner {
  /** An answer ended exactly where it said, on a connection that stays: it may be used again. */
  free(connection: Connection): void;
  /** A kept connection turned out to be closed: another one may do. */
  again(exchange: Exchange): void;
  gone(connection: Connection): void;
}

export class Connection {
  /** Host and port it leads to. */
  readonly host: string;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #owner: ConnectionOwner;
  readonly #head = new HeadReader();
  #exchange: Exchange | undefined;
  /** Undefined until the final head; then the body bytes still to come. */
  #left: number | undefined;
  #bodyBytes = 0;
  #reusable = false;
  #used = false;
  #connected = false;
  #paused = false;
  /** Ticks since something was asked or came. */
  #quietTicks = 0;

  constructor(host: string, buffer: Buffer, options: ConnectionOptions, owner: ConnectionOwner) {
    this.host = host;
    this.#options = options;
    this.#owner = owner;
    const { hostname, port } = new URL(`http://${host}`);
    this.#socket = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? 80 : Number(port),
      noDelay: true,
      onread: { buffer, callback: (length, bytes) => this.#take((bytes as Buffer).subarray(0, length)) },
    });
    this.#socket.setTimeout(options.connectMs, () => this.#unreachable());
    this.#socket.once("connect", () => {
      this.#connected = true;
      this.#quietTicks = 0;
      this.#socket.setTimeout(0);
    });
    this.#socket.on("error", (error) => this.#broken(errorText(error) || (errorCode(error) ?? "it failed"), error));
    this.#socket.once("end", () => this.#broken("the server closed the connection"));
    this.#socket.once("close", () => {
      this.#broken("the connection was closed");
      owner.gone(this);
    });
  }

  /** One request and its answer; nothing else runs on the connection meanwhile. */
  exchange(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#left = undefined;
    this.#bodyBytes = 0;
    this.#reusable = false;
    this.#quietTicks = 0;
    if (this.#socket.destroyed) this.#broken("the connection was closed");
    else this.#socket.write(requestHead(exchange), "latin1");
  }

  /** Nobody wants any more what was asked with this signal. */
  stop(signal: AbortSignal): void {
    if (this.#exchange?.asker.signal === signal) this.#fail(stopped(this.#exchange.asker.request));
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * A part of the stall time has passed. One timer ticks for all connections: a timer of its own would be set anew with
   * every read. Too long without a byte ends what runs; a connection that nobody needs meanwhile is closed.
   */
  tick(): void {
    if (this.#paused || !this.#connected || ++this.#quietTicks <= TICKS_TO_STALL) return;
    const exchange = this.#exchange;
    const said = `nothing came for ${this.#options.stallMs / 1000} s, after ${this.#bodyBytes} bytes of the body`;
    if (exchange === undefined) this.close();
    else this.#fail(fetchError(exchange.asker.request, "FETCH_STALLED", said));
  }

  /** Bytes of the socket. @returns false to stop reading for now. */
  #take(bytes: Buffer): boolean {
    const exchange = this.#exchange;
    this.#quietTicks = 0;
    if (exchange === undefined) {
      this.close();
      return false;
    }
    try {
      const body = this.#left === undefined ? this.#takeHead(exchange, bytes) : bytes;
      if (body !== undefined && this.#exchange === exchange) this.#takeBody(exchange, body);
    } catch (error) {
      this.#fail(error);
    }
    return !this.#paused;
  }

  /** @returns the part of the bytes that is body, once the final head is there. */
  #takeHead(exchange: Exchange, bytes: Buffer): Buffer | undefined {
    const read = this.#head.take(bytes);
    if (typeof read === "string") throw fetchError(exchange.asker.request, "FETCH_PROTOCOL", read);
    return read !== undefined && this.#begin(exchange, read.head) ? read.body : undefined;
  }

  /** Decides about an answer by its head. @returns whether its body follows. */
  #begin(exchange: Exchange, head: ResponseHead): boolean {
    const { asker } = exchange;
    const { request } = asker;
    const length = contentLength(head.headers);
    if (length === "bad") throw fetchError(request, "FETCH_PROTOCOL", "its Content-Length is no length");
    const bodiless = request.method === "HEAD";
    const redirected = head.status >= 300 && head.status < 400 && head.status !== 304;
    const framed = length !== undefined && head.headers["transfer-encoding"] === undefined;
    if (redirected || (head.status < 300 && !bodiless && !framed)) {
      this.#finish("unsuited");
      return false;
    }
    if (asker.head({ status: head.status, headers: head.headers, lengthBytes: length }) === "leave") {
      this.#finish("left");
      return false;
    }
    this.#left = bodiless ? 0 : (length ?? 0);
    this.#reusable = head.minor === 1 && !/\bclose\b/i.test(head.headers["connection"] ?? "");
    return true;
  }

  #takeBody(exchange: Exchange, bytes: Buffer): void {
    const left = this.#left ?? 0;
    const own = bytes.length > left ? bytes.subarray(0, left) : bytes;
    if (bytes.length > left) this.#reusable = false;
    this.#left = left - own.length;
    this.#bodyBytes += own.length;
    const wait = own.length === 0 ? undefined : exchange.asker.chunk(own);
    if (wait !== undefined) this.#pauseFor(wait, exchange);
    else if (this.#left === 0) this.#finish("whole");
  }

  /** Stops reading until the reader is ready: the window closes and the sender waits. */
  #pauseFor(wait: Promise<void>, exchange: Exchange): void {
    this.#paused = true;
    wait.then(
      () => {
        this.#paused = false;
        if (this.#exchange !== exchange) return;
        if (this.#left === 0) this.#finish("whole");
        this.#quietTicks = 0;
        this.#socket.resume();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #finish(end: FastEnd): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#used = true;
    if (this.#reusable && end === "whole") this.#owner.free(this);
    else this.close();
    exchange?.asker.end(end);
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.close();
    exchange?.asker.fail(error);
  }

  #unreachable(): void {
    const exchange = this.#exchange;
    const said = `no connection within ${this.#options.connectMs / 1000} s`;
    if (exchange !== undefined) this.#fail(fetchError(exchange.asker.request, "FETCH_UNREACHABLE", said));
  }

  /** The connection is gone; what that means depends on how far we were. */
  #broken(said: string, cause?: unknown): void {
    const exchange = this.#exchange;
    this.#reusable = false;
    if (exchange === undefined) {
      this.close();
      return;
    }
    // The last bytes came, only the reader still holds us: the server owes nothing any more.
    if (this.#left === 0) return;
    if (this.#used && this.#left === undefined && !this.#head.begun) {
      this.#exchange = undefined;
      this.close();
      this.#owner.again(exchange);
    } else if (!this.#connected) this.#fail(fetchError(exchange.asker.request, "FETCH_UNREACHABLE", said, { cause }));
    else {
      const still = this.#left === undefined ? "before its answer" : `with ${this.#left} bytes still to come`;
      this.#fail(fetchError(exchange.asker.request, "FETCH_BROKEN", `${said} ${still}`, { cause }));
    }
  }
}

function requestHead({ asker: { request }, target, host }: Exchange): string {
  let fields = "";
  if (request.headers !== undefined) {
    for (const [name, value] of Object.entries(request.headers)) fields += `${name}: ${value}\r\n`;
  }
  return `${request.method ?? "GET"} ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${USER_AGENT}\r\nAccept: */*\r\n${fields}\r\n`;
}

/** The error of a transfer that nobody wants any more. */
export function stopped(request: AssetRequest): FetchError {
  return fetchError(request, "FETCH_ABORTED", "it was stopped");
}
