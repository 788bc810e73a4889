/**
 * From the options of a sink to the sink.
 *
 * @module
 */
import type { Log } from "../../core/log.ts";
import { isLoopback } from "./endpoint.ts";
import { influxV1Sink } from "./influx-v1.ts";
import { influxV2Sink } from "./influx-v2.ts";
import type { SinkOptions } from "./options.ts";
import type { Sink } from "./sink.ts";
import { victoriaMetricsSink } from "./victoriametrics.ts";

export interface SinkContext {
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly nowMs?: () => number;
}

/**
 * Builds a sink; asks nothing of its server yet.
 * @throws LarderError `CONFIG_SECRET` when a password or token cannot be read.
 */
export async function createSink(options: SinkOptions, context: SinkContext): Promise<Sink> {
  const { name, url, type } = options;
  const { password, token } = await readSinkSecrets(options, context);
  const common = {
    name,
    url,
    gzip: options.gzip ?? !isLoopback(url),
    timeoutMs: options.timeoutSeconds * 1000,
    caFile: options.caFile,
    nowMs: context.nowMs ?? Date.now,
  };
  const { database, retentionPolicy, username, org, bucket } = options;
  switch (type) {
    case "influx1":
      return influxV1Sink({ ...common, database: database ?? "", retentionPolicy, username, password });
    case "influx2":
      return influxV2Sink({ ...common, org, bucket: bucket ?? "", token });
    case "victoriametrics":
      return victoriaMetricsSink({ ...common, database, username, password, token });
  }
}

/**
 * The password and the token of a sink, where it has them.
 * @throws LarderError `CONFIG_SECRET` when one cannot be read.
 */
export async function readSinkSecrets(
  options: SinkOptions,
  context: SinkContext,
): Promise<{ password: string | undefined; token: string | undefined }> {
  return { password: await secret("password", options, context), token: await secret("token", options, context) };
}

async function secret(
  kind: "password" | "token",
  options: SinkOptions,
  context: SinkContext,
): Promise<string | undefined> {
  return await options[kind]?.reveal({
    what: `${kind} of sink "${options.name}"`,
    env: context.env ?? process.env,
    warn: (message) => context.log.warn(message),
  });
}
