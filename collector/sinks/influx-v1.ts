/**
 * InfluxDB 1.x: `/write?db&rp&precision=ms`, with Basic auth or none.
 *
 * Source: docs.influxdata.com/influxdb/v1/tools/api, measured on 1.6.7. A partial write is answered 400 while the other
 * lines are stored; sending those again changes nothing, since InfluxDB overwrites equal points.
 *
 * @module
 */
import { basicAuthorization, endpointUrl } from "./endpoint.ts";
import { type LineTarget, linePostSink } from "./line-post.ts";
import type { Sink } from "./sink.ts";

export interface InfluxV1Target extends LineTarget {
  readonly database: string;
  readonly retentionPolicy: string | undefined;
}

/** A sink for InfluxDB 1.x, and for the `/write` of later ones. */
export function influxV1Sink(target: InfluxV1Target): Sink {
  return linePostSink({
    ...target,
    url: endpointUrl(target.url, "/write", { db: target.database, rp: target.retentionPolicy, precision: "ms" }),
    authorization: basicAuthorization(target.username, target.password),
  });
}
