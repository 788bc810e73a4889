/**
 * The door of the notifiers: settings turned into something that sends.
 *
 * @module
 */
import type { Secret } from "../../core/config/config.ts";
import { command, serverAlert } from "./command.ts";
import { mail } from "./mail.ts";
import type { Notifier } from "./notifier.ts";
import { ntfy } from "./ntfy.ts";
import type { NotifierOptions } from "./options.ts";
import { PAGERDUTY_URL, pagerduty } from "./pagerduty.ts";
import { slack } from "./slack.ts";
import { teams } from "./teams.ts";
import { webhook } from "./webhook.ts";

export { type Notifier, type Receipt, UnsentError } from "./notifier.ts";
export type { NotifierOptions } from "./options.ts";

/** What notifiers need of the outside. */
export interface NotifyContext {
  readonly nowMs: () => number;
  /** The active recipients of an alertData.db. */
  recipientsOf(path: string): Promise<readonly string[]>;
}

/**
 * A notifier, its secrets read.
 * @throws LarderError `CONFIG_SECRET`, `ALERT_SECRET`, `ALERT_RETIRED`
 */
export async function createNotifier(options: NotifierOptions, context: NotifyContext): Promise<Notifier> {
  const { name } = options;
  const reveal = async (what: string, secret: Secret) => await secret.reveal({ what: `${what} of notifier "${name}"` });
  const maybe = async (what: string, secret: Secret | undefined) =>
    secret === undefined ? undefined : await reveal(what, secret);
  switch (options.type) {
    case "webhook": {
      const secret = await maybe("secret", options.secret);
      const url = await reveal("address", options.url);
      return webhook({ name, url, secret, headers: options.headers, nowMs: context.nowMs });
    }
    case "slack":
      return slack({ name, url: await reveal("address", options.url) });
    case "teams":
      return teams({ name, url: await reveal("address", options.url) });
    case "ntfy":
      return ntfy({ name, url: await reveal("address", options.url), token: await maybe("token", options.token) });
    case "pagerduty": {
      const url = (await maybe("address", options.url)) ?? PAGERDUTY_URL;
      return pagerduty({ name, url, routingKey: await reveal("routing key", options.routingKey) });
    }
    case "mail": {
      const { host, port, security, username, from, to, alertData } = options;
      const password = await maybe("password", options.password);
      const recipients = async (): Promise<string[]> => {
        const listed = alertData === undefined ? [] : await context.recipientsOf(alertData);
        return [...new Set([...to, ...listed])];
      };
      return mail({ ...{ name, host, port, security, username, password, from }, recipients });
    }
    case "command":
      return command({ name, command: options.command });
    case "server":
      return serverAlert({ name });
  }
}
