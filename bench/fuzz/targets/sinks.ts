import { join } from "node:path";
import { loadPositions } from "../../../collector/ship/cursor.ts";
import { retryRejected } from "../../../collector/ship/reject-retry.ts";
import { loadShipState } from "../../../collector/ship/state.ts";
import { parseExact } from "../../../collector/sinks/ask/exact-json.ts";
import { influxHistory } from "../../../collector/sinks/ask/influx.ts";
import { victoriaHistory } from "../../../collector/sinks/ask/victoria.ts";
import { classify } from "../../../collector/sinks/classify.ts";
import { identifyEngine } from "../../../collector/sinks/probe/engine.ts";
import { influxV1Admin } from "../../../collector/sinks/setup/influx-v1-admin.ts";
import { influxV2Admin } from "../../../collector/sinks/setup/influx-v2-admin.ts";
import { answer, asAnswer, asFile } from "../edges.ts";
import { json, ownFiles, texts } from "../seeds.ts";
import type { Target } from "../target.ts";

const NOW = Date.parse("2026-09-16T08:05:02Z");

const PART = {
  ...{ store: "raw", measurement: "requests", fields: ["requests.fromclients"], tags: {}, groupBy: ["server"] },
  ...{ fromMs: 0, toMs: 7_200_000, windowMs: 3_600_000, bucketOf: (ms: number) => ms },
} as const;
const LATEST = { measurement: "cachestatus", fromMs: 0, toMs: NOW, enough: { newest: true }, take: () => undefined };
const place = (url: string) => ({
  ...{
    url,
    authorization: undefined,
    timeoutMs: 5000,
    caFile: undefined,
    database: "larder",
    retentionPolicy: undefined,
  },
});

const INFLUX = {
  results: [
    {
      statement_id: 0,
      series: [
        {
          ...{ name: "requests", tags: { server: "a" }, columns: ["time", "requests.fromclients", "cache.used"] },
          values: [
            [0, 5, 1.5],
            [3_600_000, null, 2],
          ],
        },
      ],
    },
  ],
};
const VICTORIA = {
  status: "success",
  data: {
    resultType: "matrix",
    result: [
      {
        metric: { larder_field: "requests.fromclients", server: "a" },
        values: [
          [3599.999, "5"],
          [7199.999, "1.5"],
        ],
      },
      { metric: { larder_time: "cache.used", server: "a" }, value: [1, "1789545902"] },
      { metric: { larder_field: "cache.used", server: "a" }, value: [1, "12"] },
    ],
  },
};

const rejected = () => ownFiles("fixtures/state/0.1/state/rejected", ".lp");

export const targets: readonly Target[] = [
  {
    name: "collector/sink-answer",
    seeds: () =>
      json(
        { error: "partial write: points beyond retention policy dropped=3" },
        { code: "invalid", message: "partial write: field type conflict dropped=1" },
        { data: [{ original_line: "m", line_number: 1, error_message: "x" }], error: "partial write" },
      ),
    run: (input) =>
      [200, 400, 422, 500].map((status) =>
        classify({ status, contentType: "application/json", body: input.toString("utf8") }),
      ),
  },
  {
    name: "collector/exact-json",
    seeds: () => json(INFLUX, { a: [1, "1", -2.5e3] }),
    mayThrow: (error) => error instanceof SyntaxError,
    run: (input) => parseExact(input.toString("utf8")),
  },
  {
    name: "collector/influx-answer",
    seeds: () => [
      ...json(INFLUX),
      answer(401, '{"error":"no"}'),
      ...json({ results: [{ statement_id: 0, error: "database not found" }] }),
    ],
    shortRound: 8,
    run: asAnswer(async (url) => {
      const server = influxHistory({ raw: place(url), rolled: place(url) } as never);
      return [await server.sums([PART as never]), await server.lines(LATEST as never)];
    }),
  },
  {
    name: "collector/victoria-answer",
    seeds: () => [...json(VICTORIA), answer(422, '{"error":"too many"}')],
    shortRound: 8,
    run: asAnswer(async (url) => {
      const server = victoriaHistory({ raw: place(url), rolled: place(url) } as never);
      return [await server.sums([PART as never]), await server.lines(LATEST as never)];
    }),
  },
  {
    name: "collector/admin-answer",
    seeds: () => [
      ...json(
        { results: [{ series: [{ columns: ["name"], values: [["larder"]] }] }] },
        {
          results: [
            {
              series: [
                {
                  columns: ["name", "duration", "shardGroupDuration", "replicaN", "default"],
                  values: [["autogen", "0s", "168h0m0s", 1, true]],
                },
              ],
            },
          ],
        },
        {
          orgs: [{ id: "1", name: "larder" }],
          buckets: [{ id: "2", name: "larder", retentionRules: [{ everySeconds: 3600 }] }],
        },
      ),
      answer(404, '{"code":"not found"}'),
    ],
    shortRound: 8,
    run: asAnswer(async (url) => {
      const target = { url, authorization: undefined, timeoutMs: 5000 };
      const wanted = [{ kind: "database", name: "larder", keepDays: 30 }] as never;
      const first = await influxV1Admin(target)
        .findPlaces(wanted)
        .catch((error: unknown) => error);
      if (first instanceof Error && !("code" in first)) throw first;
      return [await influxV2Admin(target, undefined).findPlaces(wanted)];
    }),
  },
  {
    name: "collector/engine-answer",
    seeds: () =>
      texts(
        '{"version":"1.8.10"}',
        'vm_app_version{version="victoria-metrics-x", short_version="v1.79.5"} 1\nflag{name="dedup.minScrapeInterval", value="1ms"} 1\n',
      ),
    shortRound: 5,
    run: asAnswer(async (url) => await identifyEngine({ url, timeoutSeconds: 5 } as never)),
  },
  {
    name: "collector/ship-files",
    seeds: () => [...ownFiles("fixtures/state/0.1/state/ship", ".json"), ...json({ v: 1, state: "ok", atMs: 1 })],
    run: asFile("ship/main.json", async (_, folder) => [
      await loadPositions(folder, "main"),
      await loadShipState(folder, "main"),
    ]),
  },
  {
    name: "collector/ship-state",
    seeds: () => json({ atMs: 1, state: "ok", said: "x", backlogLines: 1 }),
    run: asFile("ship/main.state", async (_, folder) => await loadShipState(folder, "main")),
  },
  {
    name: "collector/reject-file",
    seeds: rejected,
    words: ["# 2026-01-01T00:00:00.000Z ", "\n"],
    run: asFile(
      "rejected/main.lp",
      async (_, folder) =>
        await retryRejected({
          ...{ stateDir: join(folder), dryRun: true, signal: new AbortController().signal },
          sink: { name: "main", place: "x", limits: { maxLines: 9, maxBytes: 999 } } as never,
        }),
    ),
  },
];
