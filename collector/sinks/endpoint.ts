/**
 * Addresses of write endpoints: any base path, such as that of a proxy or of a VictoriaMetrics cluster, is kept.
 *
 * @module
 */
import { hideFromNowOn } from "../../core/revealed.ts";

/**
 * The endpoint under a base address: `http://vminsert:8480/insert/0/influx` and `/write` with parameters. A base that
 * already ends in an endpoint, as people copy them from documentation, means the same.
 */
export function endpointUrl(
  base: string,
  path: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const url = new URL(base);
  url.pathname = basePath(base) + path;
  for (const [key, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(key, value);
  url.hash = "";
  return url.href;
}

/** The path of a base address without slashes at its end and without an endpoint. */
export function basePath(base: string): string {
  return new URL(base).pathname.replace(/\/+$/, "").replace(/(\/api\/v2)?(\/write)?$/, "");
}

/** `Basic …`, or undefined where no login is wanted. */
export function basicAuthorization(username: string | undefined, password: string | undefined): string | undefined {
  if (username === undefined) return undefined;
  const pair = Buffer.from(`${username}:${password ?? ""}`, "utf8").toString("base64");
  if (password !== undefined) hideFromNowOn(pair);
  return `Basic ${pair}`;
}

/** Whether an address is this machine itself, where compressing costs more than it saves. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname);
}
