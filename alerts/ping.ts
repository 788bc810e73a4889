/**
 * The dead man's switch: an address that is called after each look, so that somebody notices when larder itself is silent.
 * As Healthchecks has it: `/start` before, nothing or `/fail` after. Nobody waits for it: a look goes on while it is called.
 *
 * @module
 */
import { httpRequest } from "../core/http/http.ts";
import type { Log } from "../core/log.ts";

const TIMEOUT_MS = 5000;

export type Ping = "start" | "success" | "fail";

/** Calls one address, one call after the other, in the order they are asked for. */
export class Pings {
  readonly #url: string | undefined;
  readonly #log: Log;
  #calls: Promise<void> = Promise.resolve();
  #failing = false;

  /** @param url undefined: nobody is called */
  constructor(url: string | undefined, log: Log) {
    this.#url = url;
    this.#log = log;
  }

  /** Calls when the calls before have ended. */
  call(what: Ping): void {
    const url = this.#url;
    if (url !== undefined) this.#calls = this.#calls.then(async () => await this.#call(url, what));
  }

  /** Resolves when all calls have ended. */
  async settled(): Promise<void> {
    await this.#calls;
  }

  async #call(url: string, what: Ping): Promise<void> {
    const reached = await ping(url, what);
    // once: it is called every minute
    if (!reached && !this.#failing)
      this.#log.warn("alerts.pingUrl cannot be called", {
        host: URL.canParse(url) ? new URL(url).host : "not an address",
      });
    this.#failing = !reached;
  }
}

async function ping(url: string, what: Ping): Promise<boolean> {
  try {
    const address = new URL(url);
    if (what !== "success") address.pathname = `${address.pathname.replace(/\/$/, "")}/${what}`;
    const { status } = await httpRequest({
      url: address.href,
      timeoutMs: TIMEOUT_MS,
      maxBytes: 4096,
      cutLong: true,
    });
    return status < 400;
  } catch {
    return false;
  }
}
