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
import { httpRequest } from "../../core/http/http.ts";
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
  const authorization =
    target.token === undefined ? basicAuthorization(target.username, target.password) : `Bearer ${target.token}`;
  const url = endpointUrl(target.url, "/write", { db: target.database, precision: "ms" });
  return { ...linePostSink({ ...target, url, authorization }), identity: identityOf(target, authorization) };
}

/** A node that stores has these among its own metrics; the doors of a cluster have not. */
const STORES = /^vm_rows\{type="storage\//m;
const STARTED = /^process_start_time_seconds (\S+)$/m;
/** One that does not report it is not asked every minute. */
const ASK_AGAIN_MS = 3_600_000;

/** When the process began, from the node's own metrics. A cluster and a gateway do not have it. */
function identityOf(target: VictoriaMetricsTarget, authorization: string | undefined): NonNullable<Sink["identity"]> {
  let silentUntilMs = 0;
  return async (signal) => {
    if (target.nowMs() < silentUntilMs) return undefined;
    const { status, body } = await httpRequest({
      url: endpointUrl(target.url, "/metrics", {}),
      headers: authorization === undefined ? {} : { authorization },
      timeoutMs: target.timeoutMs,
      caFile: target.caFile,
      signal,
    });
    const text = status === 200 ? body.toString("utf8") : "";
    const started = STORES.test(text) ? STARTED.exec(text)?.[1] : undefined;
    if (started === undefined) silentUntilMs = target.nowMs() + ASK_AGAIN_MS;
    return started === undefined ? undefined : `started ${started}`;
  };
}
