/**
 * From a destination to its sink.
 *
 * @module
 */
import type { Destination } from "./destinations.ts";
import { isLoopback } from "./endpoint.ts";
import { influxV1Sink } from "./influx-v1.ts";
import { influxV2Sink } from "./influx-v2.ts";
import type { Sink } from "./sink.ts";
import { readSinkSecrets, type SecretsContext } from "./sink-secrets.ts";
import { victoriaMetricsSink } from "./victoriametrics.ts";

export interface SinkContext extends SecretsContext {
  readonly nowMs?: () => number;
}

/**
 * Builds the sink of a destination; asks nothing of its server yet.
 * @throws LarderError `CONFIG_SECRET` when a password or token cannot be read.
 */
export async function createSink(
  { name, target }: Pick<Destination, "name" | "target">,
  context: SinkContext,
): Promise<Sink> {
  const { url } = target;
  const { password, token } = await readSinkSecrets(name, target, context);
  const common = {
    name,
    url,
    gzip: target.gzip ?? !isLoopback(url),
    timeoutMs: target.timeoutSeconds * 1000,
    caFile: target.caFile,
    nowMs: context.nowMs ?? Date.now,
  };
  switch (target.type) {
    case "influx1": {
      const { database, retentionPolicy, username } = target;
      return influxV1Sink({ ...common, database, retentionPolicy, username, password });
    }
    case "influx2": {
      const { org, bucket } = target;
      return influxV2Sink({ ...common, org, bucket, token });
    }
    case "victoriametrics": {
      const { database, username } = target;
      return victoriaMetricsSink({ ...common, database, username, password, token });
    }
  }
}
