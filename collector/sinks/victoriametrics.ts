/**
 * VictoriaMetrics: `/write?precision=ms` under any base path: one node, or the vminsert of a cluster
 * (`http://vminsert:8480/insert/<account>/influx`).
 *
 * Two things an admin has to know. Start it with `-dedup.minScrapeInterval=1ms`: a batch that is sent twice counts twice
 * otherwise. And versions before 1.150 answer 204 although they skipped a line (`vm_rows_invalid_total` counts them)
 * or dropped one older than `-retentionPeriod`: this sink cannot know. Current ones answer 400 and store nothing.
 *
 * @module
 */
import { basicAuthorization, endpointUrl } from "./endpoint.ts";
import { type LineTarget, linePostSink } from "./line-post.ts";
import type { Sink } from "./sink.ts";

export interface VictoriaMetricsTarget extends LineTarget {
  /** Becomes the label `db`. */
  readonly database: string | undefined;
  /** For vmauth: sent as Bearer. */
  readonly token: string | undefined;
}

/** A sink for VictoriaMetrics, one node or cluster. */
export function victoriaMetricsSink(target: VictoriaMetricsTarget): Sink {
  return linePostSink({
    ...target,
    url: endpointUrl(target.url, "/write", { db: target.database, precision: "ms" }),
    authorization:
      target.token === undefined ? basicAuthorization(target.username, target.password) : `Bearer ${target.token}`,
  });
}
