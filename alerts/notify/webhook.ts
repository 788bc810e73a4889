/**
 * A generic webhook: documented JSON, signed as Standard Webhooks 1.0.0 says.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { LarderError } from "../../core/errors.ts";
import { type Notifier, postJson } from "./notifier.ts";

export interface WebhookSetup {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64 of the keys, with blanks between them while one replaces another; undefined: not signed. */
  readonly secret: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly nowMs: () => number;
}

export function webhook({ name, url, secret, headers, nowMs }: WebhookSetup): Notifier {
  const keys = secret === undefined ? [] : keysOf(name, secret);
  return {
    name,
    type: "webhook",
    place: new URL(url).host,
    async send(notice, message) {
      const { id, kind, rule, incident, place, level, atMs, remaining, alerts } = notice;
      const body = JSON.stringify({
        type: `alert.${kind}`,
        timestamp: new Date(atMs).toISOString(),
        data: {
          ...{ id, incident, rule, level, place, remaining },
          ...{ title: message.subject, text: message.text, link: message.link?.value ?? null },
          alerts: alerts.map(({ server, part, tags, values, sinceMs, overMs }) => ({
            ...{ server, part, tags, values, since: new Date(sinceMs).toISOString() },
            over: overMs === undefined ? null : new Date(overMs).toISOString(),
          })),
        },
      });
      // receivers allow five minutes: the time of sending, not that of the notice
      const seconds = String(Math.floor(nowMs() / 1000));
      const signature = keys.map((key) => `v1,${sign(key, `${id}.${seconds}.${body}`)}`).join(" ");
      await postJson(name, {
        url,
        body,
        headers: {
          ...headers,
          "webhook-id": id,
          "webhook-timestamp": seconds,
          ...(signature === "" ? {} : { "webhook-signature": signature }),
        },
      });
      return "delivered";
    },
  };
}

function sign(key: Buffer, content: string): string {
  return createHmac("sha256", key).update(content).digest("base64");
}

function keysOf(name: string, secret: string): Buffer[] {
  return secret.split(" ").map((each) => {
    const key = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(each)?.[1];
    if (key !== undefined) return Buffer.from(key, "base64");
    throw new LarderError(`Cannot sign for "${name}": its secret is not whsec_ and base64`, {
      code: "ALERT_SECRET",
      state: "nothing was sent",
      next: "take the secret as the receiver shows it, or make one: echo whsec_$(openssl rand -base64 32)",
    });
  });
}
