/**
 * Questions to an MDM: signed in, patient, and never answered in part.
 *
 * A server that is busy or in trouble (429, 500, 503 …) or cannot be reached is asked again, after as long as it says or
 * longer and longer; a sign-in that has run out is renewed once and the same question asked again. Answers are limited in size. A
 * secret travels in headers and bodies only, over TLS, and only to the server it was given for.
 *
 * @module
 */

import type { Secret } from "../../core/config/config.ts";
import { errorText, LarderError } from "../../core/errors.ts";
import { type HttpResponse, httpRequest, publicUrl } from "../../core/http/http.ts";
import { isTransientStatus, type Patience, retryAfterMs, retryDelayMs } from "../../core/retry.ts";
import { hideFromNowOn } from "../../core/revealed.ts";
import { ageText } from "../../core/words/amounts.ts";
import type { Shape } from "../untrusted/untrusted.ts";
import { parseJson } from "../untrusted/untrusted.ts";
import type { DeviceCount } from "../words/asset.ts";
import type { DeviceContext, DeviceSource } from "./device-source.ts";

const TRIES = 6;
const PATIENCE: Patience = { firstMs: 1000, longestMs: 60_000, longestAskedMs: 10 * 60_000 };
/** Longer waits are shown to people who wait with us. */
const LONG_WAIT_MS = 10_000;
/** What servers answer where an endpoint is not there, not yet or no more. */
const ABSENT: ReadonlySet<number> = new Set([404, 405, 410]);

export interface InventoryClientOptions {
  /** For messages: `Jamf`. */
  readonly name: string;
  /** `https://host/path/`; every question goes below its origin. */
  readonly base: string;
  /** PEM file of a certificate authority of one's own. */
  readonly caFile: string | undefined;
  /** Headers that sign a question in. Asked again when `renew` is true: the old ones were refused. */
  readonly signIn: (renew: boolean) => Promise<Readonly<Record<string, string>>>;
  readonly context: DeviceContext;
  /** Most bytes of one answer. Default 32 MiB. */
  readonly maxBytes?: number;
}

export interface InventoryQuestion {
  /** Default GET. */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** False for the question that signs in itself. */
  readonly signed?: boolean;
}

export interface InventoryReply {
  readonly answer: Shape;
  readonly headers: Readonly<Record<string, string>>;
}

export class InventoryClient {
  private readonly options: InventoryClientOptions;
  private readonly origin: string;

  /** @throws LarderError `DEVICES_DENIED` when the base is not an https address (http only to this machine) */
  constructor(options: InventoryClientOptions) {
    this.options = options;
    this.origin = safeOrigin(options.name, options.base);
  }

  /**
   * The JSON answer to one question.
   * @param path below the base, or a whole address on the same server, such as a next page
   * @throws LarderError `DEVICES_DENIED`, `DEVICES_UNREACHABLE`, `DEVICES_BROKEN`
   */
  async ask(path: string, question: InventoryQuestion = {}): Promise<InventoryReply> {
    const url = new URL(path, this.options.base);
    if (url.origin !== this.origin) {
      throw this.broken(`its answer points to another server, "${url.origin}"`);
    }
    const reply = await this.askSigned(url.href, question);
    if (reply.status < 200 || reply.status > 299) throw this.refused(url.href, reply);
    return { answer: this.parse(reply, url.href), headers: reply.headers };
  }

  /**
   * The answer of the first of these paths that the server has, and which it is.
   * @throws as `ask`; of the last path when the server has none of them
   */
  async askFirst(paths: readonly string[]): Promise<InventoryReply & { readonly index: number }> {
    for (const [index, path] of paths.entries()) {
      try {
        return { ...(await this.ask(path)), index };
      } catch (error) {
        const absent = error instanceof Refusal && ABSENT.has(error.status);
        if (!absent || index === paths.length - 1) throw error;
      }
    }
    throw this.broken("there is nothing to ask it for");
  }

  /** The error for an answer we cannot make sense of. */
  broken(problem: string, cause?: unknown, next?: string): LarderError {
    return new LarderError(`Cannot count the devices of ${this.options.name}: ${problem}`, {
      code: "DEVICES_BROKEN",
      state: "the inventory is not used: part of it would look like all of it",
      ...(next === undefined ? {} : { next }),
      cause,
    });
  }

  private async askSigned(url: string, question: InventoryQuestion): Promise<HttpResponse> {
    if (question.signed === false) return this.askPatiently(url, question, {});
    const first = await this.askPatiently(url, question, await this.options.signIn(false));
    return first.status === 401 ? this.askPatiently(url, question, await this.options.signIn(true)) : first;
  }

  private async askPatiently(
    url: string,
    question: InventoryQuestion,
    signed: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const { context } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.askOnce(url, question, signed).catch((error: unknown) => this.mayRetry(error));
      const busy = reply instanceof LarderError || isTransientStatus(reply.status);
      if (!busy) return reply;
      if (attempt === TRIES) throw this.unreachable(url, reply);
      const askedMs =
        reply instanceof LarderError ? undefined : retryAfterMs(reply.headers["retry-after"], context.nowMs());
      const waitMs = retryDelayMs(PATIENCE, { failures: attempt, random: context.random(), askedMs });
      if (waitMs >= LONG_WAIT_MS) {
        const why = reply instanceof LarderError ? "cannot be reached" : `answered ${reply.status}`;
        context.say(`${this.options.name} ${why}; it is asked again in ${ageText(waitMs)}`);
      }
      await context.wait(waitMs, context.signal);
    }
  }

  private askOnce(
    url: string,
    question: InventoryQuestion,
    signed: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const { context, maxBytes, caFile } = this.options;
    return httpRequest({
      url,
      method: question.method ?? "GET",
      headers: { accept: "application/json", ...question.headers, ...signed },
      ...(question.body === undefined ? {} : { body: question.body }),
      timeoutMs: 60_000,
      maxBytes: maxBytes ?? 32 * 1024 * 1024,
      signal: context.signal,
      ...(caFile === undefined ? {} : { caFile }),
    });
  }

  /** The error, when asking again may help; else it is thrown. */
  private mayRetry(error: unknown): LarderError {
    if (error instanceof LarderError && error.retryable) return error;
    if (error instanceof LarderError && error.code === "HTTP_ABORTED") throw error;
    throw this.broken(errorText(error), error, error instanceof LarderError ? error.next : undefined);
  }

  private parse(reply: HttpResponse, url: string): Shape {
    try {
      return parseJson(reply.body, publicUrl(url));
    } catch (error) {
      throw this.broken(errorText(error), error);
    }
  }

  private refused(url: string, reply: HttpResponse): LarderError {
    const denied = reply.status === 401 || reply.status === 403;
    return new Refusal(
      reply.status,
      `Cannot ask ${this.options.name} at "${publicUrl(url)}": it answered ${reply.status}, expected 200`,
      {
        code: denied ? "DEVICES_DENIED" : "DEVICES_BROKEN",
        next: denied ? "check the credentials and what they may read" : "check the address of the server",
      },
    );
  }

  private unreachable(url: string, last: LarderError | HttpResponse): LarderError {
    const said = last instanceof LarderError ? last.message : `it answered ${last.status}`;
    return new LarderError(`Cannot ask ${this.options.name} at "${publicUrl(url)}": ${said}, ${TRIES} times`, {
      code: "DEVICES_UNREACHABLE",
      retryable: true,
      next:
        (last instanceof LarderError ? last.next : undefined) ??
        "run it again later: what needs no inventory is warmed meanwhile",
      ...(last instanceof LarderError ? { cause: last } : {}),
    });
  }
}

/** An answer that is a no, with its status. */
class Refusal extends LarderError {
  readonly status: number;

  constructor(status: number, message: string, options: ConstructorParameters<typeof LarderError>[1]) {
    super(message, options);
    this.status = status;
  }
}

/** A source that counts with such a client: an answer of the wrong shape is its failure too. */
export function inventorySource(
  name: string,
  count: (context: DeviceContext) => Promise<readonly DeviceCount[]>,
): DeviceSource {
  return {
    name,
    count: (context) =>
      count(context).catch((error: unknown) => {
        if (!(error instanceof LarderError) || error.code !== "SHAPE_WRONG") throw error;
        throw new LarderError(error.message, { code: "DEVICES_BROKEN", cause: error });
      }),
  };
}

/**
 * The text of a secret, for the one question it signs in.
 * @param what for messages: `password of Jamf`
 * @throws LarderError `CONFIG_SECRET`
 */
export async function reveal(secret: Secret, what: string, context: DeviceContext): Promise<string> {
  return await secret.reveal({ what, warn: ({ said, next }) => context.log.warn(`${said}: ${next}`) });
}

/** Headers of HTTP Basic. */
export function basic(user: string, password: string): Record<string, string> {
  const pair = Buffer.from(`${user}:${password}`).toString("base64");
  hideFromNowOn(pair);
  return { authorization: `Basic ${pair}` };
}

/** Headers of a bearer token that is given, not asked for: it cannot be renewed. */
export function bearer(token: string): Record<string, string> {
  hideFromNowOn(token);
  return { authorization: `Bearer ${token}` };
}

function safeOrigin(name: string, base: string): string {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  const here = url !== undefined && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url !== undefined && (url.protocol === "https:" || (url.protocol === "http:" && here))) return url.origin;
  throw new LarderError(`Cannot ask ${name} at "${publicUrl(base)}": expected an https:// address`, {
    code: "DEVICES_DENIED",
    state: "nothing was sent: a password must not travel in clear",
  });
}
