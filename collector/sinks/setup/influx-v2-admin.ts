/**
 * Buckets of InfluxDB 2.x, by its API. 3 Core has no such API and makes databases at the first write.
 *
 * Source: docs.influxdata.com/influxdb/v2/api, /api/v2/orgs and /api/v2/buckets.
 *
 * @module
 */

import { LarderError } from "../../../core/errors.ts";
import { type HttpResponse, httpRequest } from "../../../core/http/http.ts";
import { basePath } from "../endpoint.ts";
import { asArray, asObject, asText } from "../json-parts.ts";
import { type AdminTarget, type InfluxAdmin, refusal } from "./influx-admin.ts";
import type { FoundPlace, SetupStep } from "./setup-plan.ts";

/** The administrative side of a 2.x server, for one organization. */
export function influxV2Admin(target: AdminTarget, org: string | undefined): InfluxAdmin {
  let orgID = "";
  return {
    async findPlaces(wanted) {
      const found: FoundPlace[] = [];
      const orgs = await ask(target, "GET", "/api/v2/orgs", org === undefined ? {} : { org });
      if (isAbsent(orgs)) return undefined;
      orgID = onlyOrg(bodyOf(orgs, target), target, org);
      for (const { name } of wanted) {
        const answer = await ask(target, "GET", "/api/v2/buckets", { name, orgID });
        // 2.x says 404 for a bucket that is not there, and 200 with an empty list in its later versions
        if (answer.status === 404) continue;
        const body = bodyOf(answer, target);
        found.push(
          ...asArray(body["buckets"])
            .map(asObject)
            .filter((bucket) => bucket["name"] === name)
            .map(toBucket),
        );
      }
      return found;
    },
    describe: (step) => {
      const rules = JSON.stringify(retentionRules(step));
      const name = step.wanted?.name ?? "";
      return step.action === "create"
        ? `POST /api/v2/buckets {"name":${JSON.stringify(name)},"retentionRules":${rules}}`
        : `PATCH /api/v2/buckets/${step.found?.id ?? ""} {"retentionRules":${rules}}`;
    },
    async apply(step) {
      const retention = { retentionRules: retentionRules(step) };
      if (step.action === "change") {
        bodyOf(await ask(target, "PATCH", `/api/v2/buckets/${step.found?.id ?? ""}`, {}, retention), target);
        return;
      }
      bodyOf(
        await ask(target, "POST", "/api/v2/buckets", {}, { orgID, name: step.wanted?.name, ...retention }),
        target,
      );
    },
  };
}

/** An empty list keeps forever; so does a rule of 0 seconds, which can also say how long a shard is. */
function retentionRules({ wanted, found }: SetupStep): object[] {
  const everySeconds = wanted?.keepSeconds ?? found?.keepSeconds ?? 0;
  const shardGroupDurationSeconds = wanted?.shardSeconds;
  if (shardGroupDurationSeconds !== undefined) return [{ type: "expire", everySeconds, shardGroupDurationSeconds }];
  return everySeconds === 0 ? [] : [{ type: "expire", everySeconds }];
}

/** The id of the one organization there is by that name. */
function onlyOrg(body: Readonly<Record<string, unknown>>, target: AdminTarget, org: string | undefined): string {
  const [first, second] = asArray(body["orgs"]).map(asObject);
  const id = first?.["id"];
  if (typeof id === "string" && second === undefined) return id;
  throw new LarderError(
    `Cannot set up "${target.url}": it has ${first === undefined ? "no" : "several"} organizations "${org ?? ""}"`,
    {
      code: "SETUP_REFUSED",
      state: "nothing was changed",
      next: "set org of this sink to the name of your organization",
    },
  );
}

async function ask(
  target: AdminTarget,
  method: "GET" | "POST" | "PATCH",
  path: string,
  parameters: Readonly<Record<string, string>>,
  body?: object,
): Promise<HttpResponse> {
  const { origin } = new URL(target.url);
  const query = new URLSearchParams(parameters).toString();
  return await httpRequest({
    url: `${origin}${basePath(target.url)}${path}${query === "" ? "" : `?${query}`}`,
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(target.authorization === undefined ? {} : { authorization: target.authorization }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: target.timeoutMs,
    caFile: target.caFile,
  });
}

/** Whether the API itself is not there: its own 404 is JSON. */
function isAbsent({ status, headers }: HttpResponse): boolean {
  return (status === 404 || status === 405) && !(headers["content-type"] ?? "").includes("json");
}

function bodyOf(answer: HttpResponse, target: AdminTarget): Readonly<Record<string, unknown>> {
  let body: Readonly<Record<string, unknown>>;
  try {
    body = asObject(JSON.parse(answer.body.toString("utf8") || "{}"));
  } catch {
    body = {};
  }
  if (answer.status >= 200 && answer.status < 300) return body;
  const said = body["message"] ?? body["error"];
  throw refusal(target.url, answer.status, typeof said === "string" ? said : "");
}

function toBucket(bucket: Readonly<Record<string, unknown>>): FoundPlace {
  const rule = asArray(bucket["retentionRules"])
    .map(asObject)
    .find(({ type }) => type === undefined || type === "expire");
  const seconds = rule?.["everySeconds"];
  const shard = rule?.["shardGroupDurationSeconds"];
  return {
    kind: "bucket",
    name: asText(bucket["name"]),
    policy: undefined,
    keepSeconds: typeof seconds === "number" ? seconds : 0,
    shardSeconds: typeof shard === "number" ? shard : undefined,
    isDefault: true,
    id: typeof bucket["id"] === "string" ? bucket["id"] : undefined,
  };
}
