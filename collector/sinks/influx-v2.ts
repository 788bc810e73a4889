/**
 * InfluxDB 2.x and 3.x: `/api/v2/write?org&bucket&precision=ms` with a token.
 *
 * Source: docs.influxdata.com/influxdb/v2/api. InfluxData's own client is not used: its buffer is memory that it gives up
 * on exit, it reads the seconds of Retry-After as milliseconds, and our journal and HTTP door do what is left.
 *
 * @module
 */
import { endpointUrl } from "./endpoint.ts";
import { type LineTarget, linePostSink } from "./line-post.ts";
import type { Sink } from "./sink.ts";

export interface InfluxV2Target extends Omit<LineTarget, "username" | "password"> {
  /** 2.x needs it, 3.x ignores it. */
  readonly org: string | undefined;
  readonly bucket: string;
  readonly token: string | undefined;
}

/** A sink for InfluxDB 2.x and 3.x. */
export function influxV2Sink(target: InfluxV2Target): Sink {
  return linePostSink({
    ...target,
    url: endpointUrl(target.url, "/api/v2/write", { org: target.org, bucket: target.bucket, precision: "ms" }),
    authorization: target.token === undefined ? undefined : `Token ${target.token}`,
  });
}
