/**
 * The door of what a sink's server can be asked: the same questions as a journal, answered for all that was shipped there.
 *
 * @module
 */

import { LarderError } from "../../../core/errors.ts";
import { type Ask, askOf, SumRows } from "../../../core/history/history.ts";
import { tagText } from "../../../core/line/line.ts";
import type { Destination, Target } from "../destinations.ts";
import { basePath, basicAuthorization, endpointUrl } from "../endpoint.ts";
import { readSinkSecrets, type SecretsContext } from "../sink-secrets.ts";
import type { HistoryServer, ServerPlace } from "./history-server.ts";
import { type InfluxPlace, influxHistory } from "./influx.ts";
import { partsOf, type SumPart } from "./parts.ts";
import { victoriaHistory } from "./victoria.ts";

export interface AskSinkContext extends SecretsContext {
  readonly nowMs: () => number;
}

/** Who answers for a sink. */
export interface SinkHistory {
  readonly ask: Ask;
  /** Whether it keeps texts, and with them events. */
  readonly keepsTexts: boolean;
}

/** A sum over a year takes a server longer than to take a few lines. */
const LEAST_TIMEOUT_MS = 60_000;

/**
 * Prepares to ask the server of a sink; asks nothing yet.
 * @param destinations those of one sink, at least one
 * @throws LarderError `CONFIG_SECRET`, `USAGE_SINK`
 */
export async function askSink(destinations: readonly Destination[], context: AskSinkContext): Promise<SinkHistory> {
  const [raw, rolled = raw] = destinations;
  if (raw === undefined || rolled === undefined) {
    throw new LarderError("Cannot ask a sink without a destination", { code: "USAGE_SINK" });
  }
  const server = await serverOf({ raw, rolled }, context);
  return { ask: askServer(server, context.nowMs), keepsTexts: raw.target.type !== "victoriametrics" };
}

/** Asks a server as one asks a journal. */
function askServer(server: HistoryServer, nowMs: () => number): Ask {
  return askOf(async (queries, wanted) => {
    const answers = queries.map((query) => new SumRows(query));
    const now = nowMs();
    const asked = queries.flatMap((query, i) => partsOf(query, now).map((part) => ({ query, part, rows: answers[i] })));
    const found = await server.sums(asked.map(({ part }) => part));
    for (const [i, { query, part, rows }] of asked.entries()) {
      for (const { windowStartMs, group, sums } of found[i] ?? []) {
        const series = rows?.groupOf(tagText({ ...query.tags, ...group }));
        if (rows === undefined || series === undefined) continue;
        const bucket = rows.sumsAt(series, part.bucketOf(windowStartMs));
        for (const [field, value] of sums) rows.addTo(bucket, rows.placeOf(field, !Number.isInteger(value)), value);
      }
    }
    for (const by of wanted) for (const line of await server.lines(by)) by.take(line);
    return answers.map((answer) => answer.rows());
  });
}

/**
 * Where a destination on InfluxDB is asked; undefined for another server.
 * @throws LarderError `CONFIG_SECRET`
 */
export async function influxPlaceOf(
  { sink, target }: Destination,
  context: SecretsContext,
): Promise<InfluxPlace | undefined> {
  return target.type === "victoriametrics"
    ? undefined
    : influxPlace(target, await readSinkSecrets(sink, target, context));
}

function influxPlace(target: Target, secrets: SinkSecrets): InfluxPlace {
  return { ...serverPlace(target, secrets, endpointUrl(target.url, "/query", {})), ...databaseOf(target) };
}

function serverPlace(target: Target, secrets: SinkSecrets, url: string): ServerPlace {
  return {
    url,
    authorization: authorizationOf(target, secrets),
    timeoutMs: Math.max(LEAST_TIMEOUT_MS, target.timeoutSeconds * 1000),
    caFile: target.caFile,
  };
}

type SinkSecrets = Readonly<Record<"password" | "token", string | undefined>>;

type Targets = Readonly<Record<SumPart["store"], Destination>>;
type VictoriaTarget = Extract<Target, { type: "victoriametrics" }>;

async function serverOf({ raw, rolled }: Targets, context: AskSinkContext): Promise<HistoryServer> {
  const secrets = await readSinkSecrets(raw.sink, raw.target, context);
  const both = <Place>(make: (target: Target) => Place): Record<SumPart["store"], Place> => ({
    raw: make(raw.target),
    rolled: make(rolled.target),
  });
  if (raw.target.type !== "victoriametrics") {
    return influxHistory(both((target) => influxPlace(target, secrets)));
  }
  const base = queryBase(raw.target);
  return victoriaHistory(
    both((target) => ({ ...serverPlace(target, secrets, base), database: databaseOf(target).database })),
  );
}

function authorizationOf(target: Target, { password, token }: SinkSecrets): string | undefined {
  if (target.type === "influx2") return token === undefined ? undefined : `Token ${token}`;
  return token === undefined ? basicAuthorization(target.username, password) : `Bearer ${token}`;
}

/** The database, a bucket being one too, and its retention policy. */
function databaseOf(target: Target): Pick<InfluxPlace, "database" | "retentionPolicy"> {
  if (target.type === "influx1") return { database: target.database, retentionPolicy: target.retentionPolicy };
  return { database: target.type === "influx2" ? target.bucket : target.database, retentionPolicy: undefined };
}

/** Where VictoriaMetrics is asked. One node answers where it takes lines. */
function queryBase({ url, queryUrl }: VictoriaTarget): string {
  if (queryUrl !== undefined) return queryUrl.replace(/\/+$/, "").replace(/\/api\/v1(\/query)?$/, "");
  const path = basePath(url).replace(/\/influx$/, "");
  if (/(^|\/)insert\//.test(`${path}/`)) {
    throw new LarderError(`Cannot ask "${url}": it only takes lines, as the inserting side of a cluster does`, {
      code: "USAGE_SINK",
      state: "nothing was asked",
      next: "set the sink's queryUrl: http://vmselect:8481/select/0/prometheus",
    });
  }
  return `${new URL(url).origin}${path}`;
}
