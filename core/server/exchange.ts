/**
 * What a route is, what it is asked and what it answers.
 *
 * @module
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Feed } from "./feed.ts";

export type Method = "GET" | "POST" | "PUT";

/** One request, read whole and within the limits. */
export interface ServerRequest {
  readonly method: Method;
  /** Path and query; the host is not to be relied on. */
  readonly url: URL;
  /** Parts of the path that the route names: `/cache/:name`. The rest of `/*` is `rest`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked; empty without one. */
  readonly body: Buffer;
  /** Name of the token, or of the client certificate, that let it in; undefined where none is needed. */
  readonly identity: string | undefined;
  /** Address of the other end. */
  readonly address: string;
}

export interface Reply {
  readonly status: number;
  /** Content type; default `text/plain; charset=utf-8`. */
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: Method;
  /** Exact parts, `:name` for any one part, `/*` at the end for any number of them. The first route that fits is taken. */
  readonly path: string;
  /** True when nobody needs a token for it. */
  readonly open?: boolean;
  /** The path's parameter that holds a token, for senders that can set no header. */
  readonly tokenParameter?: string;
  /** What it takes as a body; default: none. */
  readonly body?: { readonly maxBytes: number; readonly types: readonly string[] };
  answer(request: ServerRequest): Reply | Feed | Promise<Reply | Feed>;
}

/** A refusal in plain text. */
export function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: `${text}\n`, headers };
}

/** An answer in JSON. */
export function json(status: number, value: unknown): Reply {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}
