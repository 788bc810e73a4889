/**
 * InfluxDB 2.x and 3.x: `/api/v2/write?org&bucket&precision=ms` with a token, through InfluxData's own client.
 *
 * Only the client's transport is used: one awaited request a piece. Its WriteApi keeps lines in memory, gives them up
 * after a while and on exit, and reads the seconds of Retry-After as milliseconds; the journal is our buffer.
 *
 * @module
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Transport } from "@influxdata/influxdb-client";
import { publicUrl, USER_AGENT } from "../../core/http.ts";
import { acknowledge, noAnswer, type WriteAnswer } from "./answer.ts";
import { basePath, endpointUrl } from "./endpoint.ts";
import { PIECE_LIMITS } from "./line-post.ts";
import type { Sink } from "./sink.ts";

export interface InfluxV2Target {
  readonly name: string;
  readonly url: string;
  /** 2.x needs it, 3.x ignores it. */
  readonly org: string | undefined;
  readonly bucket: string;
  readonly token: string | undefined;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

const CONNECTIONS = 8;

/** A sink for InfluxDB 2.x and 3.x. */
export function influxV2Sink(target: InfluxV2Target): Sink {
  const address = new URL(endpointUrl(target.url, "/api/v2/write", writeParameters(target)));
  const place = publicUrl(address.href);
  const Agent = address.protocol === "https:" ? HttpsAgent : HttpAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let transport: Transport | undefined;
  return {
    name: target.name,
    place,
    limits: PIECE_LIMITS,
    async write(lines, signal) {
      transport ??= await openTransport(target, agent);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(target.timeoutMs)]);
      const path = `/api/v2/write${address.search}`;
      const answer = await post(transport, path, lines, target.gzip, deadline).catch((error: unknown) => {
        throw noAnswer(place, deadline.aborted && !signal.aborted ? tooSlow(target.timeoutMs) : error);
      });
      acknowledge(place, answer, target.nowMs());
    },
    async close() {
      agent.destroy();
    },
  };
}

function writeParameters(target: InfluxV2Target): Record<string, string | undefined> {
  return { org: target.org, bucket: target.bucket, precision: "ms" };
}

async function openTransport(target: InfluxV2Target, agent: HttpAgent): Promise<Transport> {
  const { InfluxDB } = await import("@influxdata/influxdb-client");
  return new InfluxDB({
    url: `${new URL(target.url).origin}${basePath(target.url)}`,
    timeout: target.timeoutMs,
    transportOptions: { agent },
    headers: { "user-agent": USER_AGENT },
    ...(target.token === undefined ? {} : { token: target.token }),
  }).transport;
}

/** One request; any status is an answer. The client throws from 300 on, and hides the status of what it resolves. */
async function post(
  transport: Transport,
  path: string,
  lines: Uint8Array,
  gzip: boolean,
  signal: AbortSignal,
): Promise<WriteAnswer> {
  const { HttpError } = await import("@influxdata/influxdb-client");
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString("utf8");
  let status = 0;
  let headers: Readonly<Record<string, string | string[] | undefined>> = {};
  const options = {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8" },
    signal,
    ...(gzip ? { gzipThreshold: 1000 } : {}),
  };
  try {
    const body: unknown = await transport.request(path, text, options, (received, code) => {
      headers = received;
      status = code ?? 0;
    });
    return answerOf(status, headers, bodyText(body));
  } catch (error) {
    if (error instanceof HttpError) return answerOf(error.statusCode, error.headers ?? headers, error.body ?? "");
    throw error;
  }
}

function answerOf(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
): WriteAnswer {
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === "string" ? value : value?.join(", ");
  };
  return { status, contentType: header("content-type") ?? "", body, retryAfter: header("retry-after") };
}

/** The client decodes by content type: text, parsed JSON, bytes, or nothing. */
function bodyText(body: unknown): string {
  if (body === undefined || body === null) return "";
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString("utf8") : JSON.stringify(body);
}

function tooSlow(timeoutMs: number): Error {
  return new Error(`no whole answer within ${timeoutMs / 1000} s`);
}
