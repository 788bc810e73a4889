/**
 * The proxy that larder goes through, and whether it answers.
 *
 * @module
 */
import { connect } from "node:net";
import { errorCode } from "../../../core/errors.ts";
import { proxyOf } from "../../../core/http/http.ts";

const TIMEOUT_MS = 5000;
/** Somewhere outside: which proxy is the way there decides. */
const OUTSIDE = "https://gdmf.apple.com/";

/** Connects to the proxy; asks it for nothing. */
export async function askProxy(): Promise<{ proxy: string | null; from: string | null; code: string | null }> {
  const proxy = proxyOf({ url: OUTSIDE });
  if (proxy === undefined) return { proxy: null, from: null, code: null };
  const { hostname, port, protocol } = new URL(proxy.href);
  const code = await connectTo(hostname.replace(/^\[|\]$/g, ""), Number(port || (protocol === "https:" ? 443 : 80)));
  return { proxy: proxy.place, from: proxy.from, code };
}

/** Why there is no connection; null where there is one. */
export async function connectTo(host: string, port: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (code: string | null): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(TIMEOUT_MS, () => settle("ETIMEDOUT"));
    socket.once("connect", () => settle(null));
    socket.on("error", (error) => settle(errorCode(error) ?? "UNKNOWN"));
  });
}
