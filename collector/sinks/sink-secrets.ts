/**
 * The password and the token of a sink, read where the settings say.
 *
 * @module
 */
import type { Secret } from "../../core/config/config.ts";
import type { Log } from "../../core/log.ts";
import type { Target } from "./destinations.ts";

export interface SecretsContext {
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * The password and the token of a sink, where it has them.
 * @throws LarderError `CONFIG_SECRET` when one cannot be read.
 */
export async function readSinkSecrets(
  name: string,
  target: Target,
  context: SecretsContext,
): Promise<{ password: string | undefined; token: string | undefined }> {
  const reveal = async (kind: string, secret: Secret | undefined): Promise<string | undefined> =>
    await secret?.reveal({
      what: `${kind} of sink "${name}"`,
      env: context.env ?? process.env,
      warn: ({ said, next }) => context.log.warn(`${said}: ${next}`),
    });
  return {
    password: target.type === "influx2" ? undefined : await reveal("password", target.password),
    token: target.type === "influx1" ? undefined : await reveal("token", target.token),
  };
}
