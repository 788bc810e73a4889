/**
 * Failures of the network in our words: what happened, whether it may pass, and what to do next.
 *
 * @module
 */

import { errorCode, errorText, LarderError } from "../errors.ts";
import { durationText } from "../words/amounts.ts";
import { forgetConnections, proxyOf, type Way } from "./network.ts";
import type { ForwardProxy } from "./proxy.ts";

/** The request that failed. */
export interface FailedRequest extends Way {
  readonly method?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Certificates that are refused for what they are; OpenSSL's words as Node hands them on. */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|UND_ERR_PRX_TLS)/;
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED|INVALID_CA/;
/** undici's words for a proxy that refused a tunnel, or a request. */
const PROXY_SAID = /^Proxy (response \(\d+\)|Authentication Required)/;
const NO_SUCH_NAME: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN"]);

/**
 * The error for a failure, wherever in an exchange it struck. Credentials in the address are left out of the message.
 * `HTTP_ABORTED`, `HTTP_TIMEOUT`, `HTTP_CERTIFICATE`, `HTTP_PROXY`, `HTTP_UNREACHABLE`; what may pass is retryable.
 */
export function requestError(request: FailedRequest, error: unknown): LarderError {
  const what = `Cannot ${request.method ?? "GET"} "${publicUrl(request.url)}"`;
  if (request.signal?.aborted === true) {
    return new LarderError(`${what}: stopped before it was done`, { code: "HTTP_ABORTED", cause: error });
  }
  const proxy = proxyOf(request);
  const through = proxy === undefined ? "" : ` (through the proxy "${proxy.place}" of ${proxy.from})`;
  const code = codeOf(error);
  const said = `${errorText(error) || code || "the connection failed"}${through}`;
  if (proxy !== undefined && PROXY_SAID.test(errorText(error))) return proxyRefused(request, proxy, error);
  if (CERTIFICATE.test(code)) {
    forgetConnections();
    const next = certificateStep(code);
    return new LarderError(`${what}: ${said}`, {
      code: "HTTP_CERTIFICATE",
      state: "nothing was sent",
      next,
      cause: error,
    });
  }
  const next = wayStep(code, proxy);
  if (isTimeout(error, code)) {
    const limit = durationText((request.timeoutMs ?? 10_000) / 1000);
    const late = `no whole answer within ${limit}${through}`;
    return new LarderError(`${what}: ${late}`, { code: "HTTP_TIMEOUT", retryable: true, next, cause: error });
  }
  return new LarderError(`${what}: ${said}`, { code: "HTTP_UNREACHABLE", retryable: true, next, cause: error });
}

/** A proxy that says no in its own name: 407 asks for a login, anything else is what it does not let out. */
export function proxyRefused(request: FailedRequest, proxy: ForwardProxy, error: unknown): LarderError {
  const status = /\d{3}/.exec(errorText(error))?.[0] ?? "";
  const login = status === "407";
  return new LarderError(
    `Cannot ${request.method ?? "GET"} "${publicUrl(request.url)}": the proxy "${proxy.place}" of ${proxy.from} answered ${status}`,
    {
      code: "HTTP_PROXY",
      state: "nothing was sent",
      // a gateway error of a proxy passes; its rules and its login do not
      retryable: status.startsWith("5"),
      next: login
        ? "give the proxy's login: http://user:password@host:port in network.proxyFile or the variable"
        : "allow this host in the proxy, or name it in no_proxy or network.noProxy",
      cause: error,
    },
  );
}

/** An address without user, password and query: safe to print in a message. */
export function publicUrl(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return url.replace(/\?.*$/s, "").replace(/\/\/[^/@]*@/, "//");
  }
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = errorCode(error) ?? "";
  // undici's word for a proxy's certificate wraps the reason
  return code === "" || code.startsWith("UND_ERR_PRX") ? (errorCode(cause) ?? code) : code;
}

function isTimeout(error: unknown, code: string): boolean {
  const name = error instanceof Error ? error.name : "";
  return name === "TimeoutError" || name === "AbortError" || /TIMEOUT|ETIMEDOUT/.test(code);
}

function certificateStep(code: string): string {
  if (UNTRUSTED.test(code)) {
    return "name the PEM file of the authority that signed it in caFile (of this server, or network.caFile), or in NODE_EXTRA_CA_CERTS";
  }
  if (/ALTNAME|HOSTNAME/.test(code)) return "use a server name that its certificate contains";
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return "renew the server's certificate, or correct the clock of this machine";
  return "correct the server's certificate";
}

function wayStep(code: string, proxy: ForwardProxy | undefined): string {
  if (proxy !== undefined) {
    return `check the proxy of ${proxy.from}, or name this host in no_proxy or network.noProxy`;
  }
  if (NO_SUCH_NAME.has(code)) {
    return "check the name; where only a proxy gets out, set https_proxy, http_proxy or network.proxy";
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) return "check that the server speaks https at this port";
  return "check the address and port, that the server runs, and what lies between";
}
