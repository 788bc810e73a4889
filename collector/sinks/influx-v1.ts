/**
 * InfluxDB 1.x: `/write?db&rp&precision=ms`, with Basic auth or none.
 *
 * Source: docs.influxdata.com/influxdb/v1/tools/api, measured on 1.6.7. A partial write is answered 400 while the other
 * lines are stored; sending those again changes nothing, since InfluxDB overwrites equal points.
 *
 * @module
 */
import { basicAuthorization, endpointUrl } from "./endpoint.ts";
import { linePostSink } from "./line-post.ts";
import type { Sink } from "./sink.ts";

export interface InfluxV1Target {
  readonly name: string;
  readonly url: string;
  readonly database: string;
  readonly retentionPolicy: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  readonly nowMs: () => number;
}

/** A sink for InfluxDB 1.x, and for the `/write` of later ones. */
export function influxV1Sink(target: InfluxV1Target): Sink {
  const { name, gzip, timeoutMs, nowMs } = target;
  return linePostSink({
    name,
    gzip,
    timeoutMs,
    nowMs,
    url: endpointUrl(target.url, "/write", { db: target.database, rp: target.retentionPolicy, precision: "ms" }),
    authorization: basicAuthorization(target.username, target.password),
  });
}
