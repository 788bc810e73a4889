/**
 * Databases and retention policies of InfluxDB 1.x, by InfluxQL on `/query`.
 *
 * Source: docs.influxdata.com/influxdb/v1/query_language/manage-database, measured on 1.6.7.
 *
 * @module
 */

import { httpRequest } from "../../../core/http/http.ts";
import { influxName } from "../../../core/query/query.ts";
import { excerpt } from "../../../core/revealed.ts";
import { basePath } from "../endpoint.ts";
import { asArray, asObject, asText } from "../json-parts.ts";
import { type AdminTarget, type InfluxAdmin, refusal } from "./influx-admin.ts";
import type { FoundPlace, SetupStep } from "./setup-plan.ts";

interface Series {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

const EXISTS = {
  kind: "database",
  policy: undefined,
  keepSeconds: 0,
  shardSeconds: undefined,
  isDefault: true,
  id: undefined,
} as const;

/** The administrative side of a 1.x server. */
export function influxV1Admin(target: AdminTarget): InfluxAdmin {
  return {
    async findPlaces(wanted) {
      const found: FoundPlace[] = [];
      const databases = (await query(target, "SHOW DATABASES"))?.values.map(([name]) => asText(name)) ?? [];
      for (const name of new Set(wanted.map((place) => place.name))) {
        if (!databases.includes(name)) continue;
        found.push({ ...EXISTS, name });
        const policies = await query(target, `SHOW RETENTION POLICIES ON ${influxName(name)}`);
        found.push(...toPolicies(name, policies));
      }
      return found;
    },
    describe: statement,
    async apply(step) {
      await query(target, statement(step));
    },
  };
}

/** The InfluxQL of a step. */
function statement({ action, wanted, found }: SetupStep): string {
  if (wanted === undefined) return "";
  if (wanted.kind === "database") return `CREATE DATABASE ${influxName(wanted.name)}`;
  const { policy = found?.policy ?? "autogen", shardSeconds } = wanted;
  const keepSeconds = wanted.keepSeconds ?? found?.keepSeconds ?? 0;
  const duration = keepSeconds === 0 ? "INF" : `${keepSeconds / 3600}h`;
  const place = `RETENTION POLICY ${influxName(policy)} ON ${influxName(wanted.name)} DURATION ${duration}`;
  const shard = shardSeconds === undefined ? "" : ` SHARD DURATION ${shardSeconds / 3600}h`;
  return action === "create" ? `CREATE ${place} REPLICATION 1${shard}` : `ALTER ${place}${shard}`;
}

/** One statement; an error inside a 200 answer is an error. */
async function query(target: AdminTarget, text: string): Promise<Series | undefined> {
  const origin = new URL(target.url).origin;
  const answer = await httpRequest({
    url: `${origin}${basePath(target.url)}/query`,
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(target.authorization === undefined ? {} : { authorization: target.authorization }),
    },
    body: new URLSearchParams({ q: text }).toString(),
    timeoutMs: target.timeoutMs,
    caFile: target.caFile,
  });
  const body = parseBody(answer.body.toString("utf8"));
  const result = asObject(asArray(body["results"])[0]);
  const error = body["error"] ?? result["error"];
  if (answer.status !== 200 || error !== undefined) {
    throw refusal(target.url, answer.status, typeof error === "string" ? error : "");
  }
  const series = asObject(asArray(result["series"])[0]);
  const columns = asArray(series["columns"]).map(asText);
  return columns.length === 0 ? undefined : { columns, values: asArray(series["values"]).map(asArray) };
}

function toPolicies(database: string, series: Series | undefined): FoundPlace[] {
  const column = (row: readonly unknown[], name: string): unknown => row[series?.columns.indexOf(name) ?? -1];
  return (series?.values ?? []).map((row) => ({
    kind: "retention policy",
    name: database,
    policy: asText(column(row, "name")),
    keepSeconds: durationSeconds(asText(column(row, "duration"))),
    shardSeconds: durationSeconds(asText(column(row, "shardGroupDuration"))),
    isDefault: column(row, "default") === true,
    id: undefined,
  }));
}

/** `168h0m0s` in seconds; `0s` is forever. */
function durationSeconds(text: string): number {
  let seconds = 0;
  for (const [, amount, unit = ""] of text.matchAll(/(\d+)([hms])/g))
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0);
  return seconds;
}

function parseBody(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return { error: excerpt(text, 200) };
  }
}
