/**
 * Whether each notifier could send: its host answers, its program is there. Nothing is sent.
 *
 * @module
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import type { NotifierOptions } from "../../../alerts/index.ts";
import { errorCode, errorText } from "../../../core/errors.ts";
import { httpRequest, publicUrl } from "../../../core/http/http.ts";
import type { NotifierRecord } from "../facts/facts.ts";
import { connectTo } from "./way-out.ts";

const TIMEOUT_MS = 5000;
const PAGERDUTY = "https://events.pagerduty.com/";

/** Asks them all at once. */
export async function askNotifiers(all: readonly NotifierOptions[]): Promise<NotifierRecord[]> {
  return await Promise.all(
    all.map(async (options) => {
      const { name, type } = options;
      let place = type as string;
      try {
        place = await reach(options);
        return { name, type, place, code: null, said: null };
      } catch (error) {
        return { name, type, place: placeOf(options), code: errorCode(error) ?? "UNEXPECTED", said: errorText(error) };
      }
    }),
  );
}

function placeOf(options: NotifierOptions): string {
  if (options.type === "mail") return `${options.host}:${options.port}`;
  return options.type === "command" ? (options.command[0] ?? "") : options.type;
}

/** Where it would send to, once that has answered. Throws why it did not. */
async function reach(options: NotifierOptions): Promise<string> {
  switch (options.type) {
    case "mail":
      return await connected(options.host, options.port);
    case "command":
      await access(options.command[0] ?? "", constants.X_OK);
      return placeOf(options);
    case "server":
      return "macOS Server";
    default: {
      const secret = options.url;
      const url =
        secret === undefined ? PAGERDUTY : await secret.reveal({ what: `address of notifier "${options.name}"` });
      // the path may be the right to write there: the host alone is asked
      const { origin, host } = new URL(publicUrl(url));
      await httpRequest({ url: `${origin}/`, method: "HEAD", timeoutMs: TIMEOUT_MS, maxBytes: 4096, cutLong: true });
      return host;
    }
  }
}

async function connected(host: string, port: number): Promise<string> {
  const code = await connectTo(host, port);
  if (code === null) return `${host}:${port}`;
  throw Object.assign(new Error(`connecting to ${host}:${port}: ${code}`), { code });
}
