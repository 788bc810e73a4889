/**
 * Whether a cache answers on its port. Any status line is an answer: a cache gives 400 to a bare `GET /`, and 503 while it
 * has suspended itself.
 *
 * @module
 */
import { errorCode } from "../errors.ts";

/** What came of asking. */
export interface PortAnswer {
  readonly answers: boolean;
  /** HTTP status; undefined without an answer. */
  readonly http: number | undefined;
  /** Why there is none: `ECONNREFUSED`, `ETIMEDOUT`; undefined with one. */
  readonly code?: string | undefined;
  /** How long it took. */
  readonly seconds: number;
}

export interface PortProbe {
  readonly host: string;
  readonly port: number;
}

const TIMEOUT_MS = 3000;

/** Asks `GET /`, past any proxy. Never throws. */
export async function askPort(
  { host, port }: PortProbe,
  { signal, timeoutMs = TIMEOUT_MS }: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
): Promise<PortAnswer> {
  // loaded when a port is asked: not in every start of a collector
  const { request } = await import("node:http");
  const start = performance.now();
  const { http, code } = await new Promise<Pick<PortAnswer, "http" | "code">>((resolve) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const asked = request({
      host,
      port,
      path: "/",
      agent: false,
      headers: { "max-forwards": "0" },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    asked.on("response", (response) => {
      resolve({ http: response.statusCode, code: undefined });
      // what follows the status line is of no interest
      response.destroy();
    });
    asked.on("error", (error) => {
      resolve({ http: undefined, code: limit.aborted ? "ETIMEDOUT" : (errorCode(error) ?? "UNKNOWN") });
    });
    asked.end();
  });
  const seconds = (performance.now() - start) / 1000;
  return { answers: http !== undefined, http, ...(code === undefined ? {} : { code }), seconds };
}
