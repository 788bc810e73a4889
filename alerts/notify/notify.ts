/**
 * The door of the notifiers: settings turned into something that sends.
 *
 * @module
 */

import type { Notifier } from "./notifier.ts";
import type { NotifierOptions } from "./options.ts";
import { webhook } from "./webhook.ts";

export { type Notifier, type Receipt, UnsentError } from "./notifier.ts";
export type { NotifierOptions } from "./options.ts";

/** What notifiers need of the outside. */
export interface NotifyContext {
  readonly nowMs: () => number;
}

/**
 * A notifier, its secrets read.
 * @throws LarderError `CONFIG_SECRET`, `ALERT_SECRET`
 */
export async function createNotifier(options: NotifierOptions, { nowMs }: NotifyContext): Promise<Notifier> {
  const { name } = options;
  const reveal = async (what: string, secret: NotifierOptions["url"]) =>
    await secret.reveal({ what: `${what} of notifier "${name}"` });
  const url = await reveal("address", options.url);
  const secret = options.secret === undefined ? undefined : await reveal("secret", options.secret);
  return webhook({ name, url, secret, headers: options.headers, nowMs });
}
