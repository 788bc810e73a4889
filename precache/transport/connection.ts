/**
 * One connection of the raw transport: it writes a request, reads the head of the answer, then its body as it is framed.
 *
 * The socket reads into a buffer that all connections share, so nothing of it may be kept beyond the call.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { errorCode, errorText } from "../../core/errors.ts";
import { USER_AGENT } from "../../core/http/http.ts";
import { durationText } from "../../core/words/amounts.ts";
import { BodyFraming } from "./body-framing.ts";
import { HeadReader } from "./head-reader.ts";
import {
  connectCode,
  fetchError,
  type ResponseHandler,
  stopped,
  type TransferEnd,
  type TransportOptions,
  type TransportRequest,
} from "./request.ts";
import { contentLength, type ResponseHead } from "./response-head.ts";

/** Into so many parts the stall time is divided; a stall is found at most one of them late. */
export const TICKS_TO_STALL = 10;

/** One request on its way. */
export interface Exchange {
  /** Host and port, as the Host field has them. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  readonly request: TransportRequest;
  readonly handler: ResponseHandler;
}

/** Who holds connections. */
export interface ConnectionOwner {
  /** An answer ended exactly where it announced, on a connection that stays: it may be used again. */
  free(connection: Connection): void;
  /** A kept connection turned out to be closed: another one may do. */
  again(exchange: Exchange): void;
  gone(connection: Connection): void;
}

export interface ConnectionSetup {
  /** What is read lands here; connections may share it. */
  readonly buffer: Buffer;
  readonly options: TransportOptions;
  readonly owner: ConnectionOwner;
}

export class Connection {
  /** Host and port it leads to. */
  readonly host: string;
  readonly #socket: Socket;
  readonly #options: TransportOptions;
  readonly #owner: ConnectionOwner;
  readonly #head = new HeadReader();
  #exchange: Exchange | undefined;
  /** Undefined until the final head. */
  #body: BodyFraming | undefined;
  #reusable = false;
  #used = false;
  #connected = false;
  #paused = false;
  /** Ticks since something was asked or came. */
  #quietTicks = 0;

  constructor(host: string, { buffer, options, owner }: ConnectionSetup) {
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
    this.#socket.once("end", () => {
      if (this.#exchange !== undefined && this.#body?.endOfConnection() === true) this.#finish("whole");
      else this.#broken("the server closed the connection");
    });
    this.#socket.once("close", () => {
      this.#broken("the connection was closed");
      owner.gone(this);
    });
  }

  /** One request and its answer; nothing else runs on the connection meanwhile. */
  exchange(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#body = undefined;
    this.#reusable = false;
    this.#quietTicks = 0;
    if (this.#socket.destroyed) this.#broken("the connection was closed");
    else this.#socket.write(requestHead(exchange), "latin1");
  }

  /** Nobody wants any more what was asked with this signal. */
  stop(signal: AbortSignal): void {
    if (this.#exchange?.handler.signal === signal) this.#fail(stopped(this.#exchange.request));
  }

  close(): void {
    this.#socket.destroy();
  }

  /**
   * A part of the stall time has passed. One timer ticks for all connections: a timer of its own would be set again with
   * every read. Too long without a byte ends what runs; a connection that nobody needs meanwhile is closed.
   */
  tick(): void {
    if (this.#paused || !this.#connected || ++this.#quietTicks <= TICKS_TO_STALL) return;
    const exchange = this.#exchange;
    const limit = durationText(this.#options.stallMs / 1000);
    const said =
      this.#body === undefined && this.#head.begun
        ? `its head was not whole within ${limit}`
        : `nothing came for ${limit}, after ${this.#body?.bytes ?? 0} bytes of the body`;
    if (exchange === undefined) this.close();
    else this.#fail(fetchError(exchange.request, said, { code: "FETCH_STALLED" }));
  }

  /** Bytes of the socket. @returns false to stop reading for now. */
  #take(bytes: Buffer): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.close();
      return false;
    }
    // a head must be whole within the stall time: only bytes of a body win more of it
    if (this.#body !== undefined) this.#quietTicks = 0;
    try {
      const body = this.#body === undefined ? this.#takeHead(exchange, bytes) : bytes;
      if (body !== undefined && this.#exchange === exchange) this.#takeBody(exchange, body);
    } catch (error) {
      this.#fail(error);
    }
    return !this.#paused;
  }

  /** @returns the part of the bytes that is body, once the final head is there. */
  #takeHead(exchange: Exchange, bytes: Buffer): Buffer | undefined {
    const read = this.#head.take(bytes);
    if (typeof read === "string") throw fetchError(exchange.request, read, { code: "FETCH_PROTOCOL" });
    return read !== undefined && this.#begin(exchange, read.head) ? read.body : undefined;
  }

  /** Decides about an answer by its head. @returns whether its body follows. */
  #begin({ request, handler }: Exchange, head: ResponseHead): boolean {
    const length = contentLength(head.headers);
    if (length === "bad") throw fetchError(request, "its Content-Length is not a length", { code: "FETCH_PROTOCOL" });
    const framing = BodyFraming.of(request.method ?? "GET", head, length);
    if (typeof framing === "string") throw fetchError(request, framing, { code: "FETCH_PROTOCOL" });
    const lengthBytes = framing.chunked ? undefined : length;
    if (handler.head({ status: head.status, headers: head.headers, lengthBytes }) === "leave") {
      this.#finish("left");
      return false;
    }
    this.#body = framing;
    this.#quietTicks = 0;
    this.#reusable = head.minor === 1 && !framing.untilClose && !/\bclose\b/i.test(head.headers["connection"] ?? "");
    return true;
  }

  #takeBody(exchange: Exchange, bytes: Buffer): void {
    const taken = this.#body?.take(bytes);
    if (taken === undefined) return;
    if (typeof taken === "string") throw fetchError(exchange.request, taken, { code: "FETCH_PROTOCOL" });
    if (taken.extraBytes > 0) this.#reusable = false;
    const waits: Promise<void>[] = [];
    for (const piece of taken.data) {
      const wait = exchange.handler.chunk(piece);
      if (wait !== undefined) waits.push(wait);
    }
    if (waits.length > 0) this.#pauseFor(waits.length === 1 ? waits[0] : Promise.all(waits), exchange);
    else if (this.#body?.done === true) this.#finish("whole");
  }

  /** Stops reading until the reader is ready: the window closes and the sender waits. */
  #pauseFor(wait: Promise<unknown> | undefined, exchange: Exchange): void {
    this.#paused = true;
    Promise.resolve(wait).then(
      () => {
        this.#paused = false;
        if (this.#exchange !== exchange) return;
        if (this.#body?.done === true) this.#finish("whole");
        this.#quietTicks = 0;
        this.#socket.resume();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #finish(end: TransferEnd): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#used = true;
    if (this.#reusable && end === "whole") this.#owner.free(this);
    else this.close();
    exchange?.handler.end(end);
  }

  #fail(error: unknown): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.close();
    exchange?.handler.fail(error);
  }

  #unreachable(): void {
    const exchange = this.#exchange;
    const said = `no connection within ${durationText(this.#options.connectMs / 1000)}`;
    if (exchange !== undefined) this.#fail(fetchError(exchange.request, said, { code: "FETCH_UNREACHABLE" }));
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
    if (this.#body?.done === true) return;
    if (this.#used && this.#body === undefined && !this.#head.begun) {
      this.#exchange = undefined;
      this.close();
      this.#owner.again(exchange);
    } else if (!this.#connected) {
      this.#fail(fetchError(exchange.request, said, { code: connectCode(errorCode(cause)), cause }));
    } else {
      const left = this.#body?.leftBytes;
      const still = left === undefined ? "before its body was whole" : `with ${left} bytes still to come`;
      const where = this.#body === undefined ? "before its answer" : still;
      this.#fail(fetchError(exchange.request, `${said} ${where}`, { code: "FETCH_BROKEN", cause }));
    }
  }
}

function requestHead({ request, target, host }: Exchange): string {
  let fields = "";
  if (request.headers !== undefined) {
    for (const [name, value] of Object.entries(request.headers)) fields += `${name}: ${value}\r\n`;
  }
  return `${request.method ?? "GET"} ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${USER_AGENT}\r\nAccept: */*\r\n${fields}\r\n`;
}
