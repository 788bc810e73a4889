import { afterAll, beforeAll, describe } from "vitest";
import {
  ADMIN,
  enginesAvailable,
  type InfluxEngine,
  NO_ENGINES,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../fixtures/engines.ts";
import { type FakeOptions, type InfluxFake, startInfluxFake } from "../../fixtures/influx-fake/server.ts";
import { type ContractSkips, type StoredPoint, sinkContract, sinkFaultContract } from "./sink.contract.ts";

const NO_LOGIN = "this server asks for no login";
const here = enginesAvailable();
const real = (title: string): string => (here ? title : `${title}: ${NO_ENGINES}`);

describe.skipIf(!here)(real("InfluxDB 1.6.7"), () => {
  let open: InfluxEngine;
  let guarded: InfluxEngine;
  beforeAll(async () => {
    [open, guarded] = await Promise.all([startInflux(), startInflux({ auth: true })]);
    await Promise.all([open.createDatabase("cc"), guarded.createDatabase("cc")]);
  });
  afterAll(async () => {
    await Promise.all([open.stop(), guarded.stop()]);
  });

  const options = (engine: InfluxEngine) => ({ name: "main", type: "influx1", url: engine.url, database: "cc" });
  sinkContract(
    "InfluxDB 1.6.7 without login",
    () => ({ options: () => options(open), points: (measurement) => influxPoints(open, measurement) }),
    { login: NO_LOGIN },
  );
  sinkContract("InfluxDB 1.6.7 with login", () => ({
    options: () => ({ ...options(guarded), ...ADMIN }),
    points: (measurement) => influxPoints(guarded, measurement),
  }));
});

describe.skipIf(!here)(real("VictoriaMetrics 1.79.5"), () => {
  let engine: VictoriaEngine;
  beforeAll(async () => {
    engine = await startVictoria();
  });
  afterAll(async () => {
    await engine.stop();
  });

  const silent = "1.79.5 answers 204 and skips such a line";
  sinkContract(
    "VictoriaMetrics 1.79.5",
    () => ({
      options: () => ({ name: "vm", type: "victoriametrics", url: engine.url }),
      points: (measurement) => victoriaPoints(engine, measurement),
    }),
    {
      login: NO_LOGIN,
      "bad line": silent,
      "wrong type": "it knows no types",
      database: "it knows no databases",
      exact: "it stores floats",
    },
  );
});

describe("engines played by the fake server", () => {
  fakeContract("InfluxDB 2.x", { dialect: "influx2", authorization: "Token right" }, (url) => ({
    ...influx2(url),
    token: "right",
  }));
  fakeContract("InfluxDB 3 Core", { dialect: "influx3", basePath: "/base" }, influx2, {
    login: NO_LOGIN,
    database: "3 Core creates databases on the first write",
  });
  fakeContract(
    "VictoriaMetrics cluster, current",
    { dialect: "victoriametrics", authorization: "Bearer right" },
    (url) => ({ name: "vm", type: "victoriametrics", url: `${url}/insert/0/influx/`, token: "right" }),
    { "wrong type": "it knows no types", database: "it knows no databases" },
  );
});

sinkFaultContract("influx1", { dialect: "influx1", basePath: "/base" }, (url) => ({
  name: "main",
  type: "influx1",
  url: `${url}/`,
  database: "cc",
}));
sinkFaultContract("influx2", { dialect: "influx2", basePath: "/base" }, influx2);
sinkFaultContract("victoriametrics", { dialect: "victoriametrics" }, (url) => ({
  name: "vm",
  type: "victoriametrics",
  url,
}));

function influx2(url: string): Record<string, unknown> {
  return { name: "two", type: "influx2", url: `${url}/`, org: "school", bucket: "cc" };
}

/** The contract over the fake server; what it stored is read back from its lines. */
function fakeContract(
  title: string,
  fake: FakeOptions,
  options: (url: string) => Record<string, unknown>,
  skips: ContractSkips = {},
): void {
  describe(title, () => {
    let server: InfluxFake;
    beforeAll(async () => {
      server = await startInfluxFake(fake);
    });
    afterAll(async () => {
      await server.stop();
    });
    sinkContract(
      title,
      () => ({ options: () => options(server.url), points: async (measurement) => fakePoints(server, measurement) }),
      skips,
    );
  });
}

function fakePoints(server: InfluxFake, measurement: string): StoredPoint[] {
  return server
    .stored()
    .flatMap((line) => {
      const [, name, value, time] = /^([^ ,]+)[^ ]* v=(-?\d+)i (\d+)$/.exec(line) ?? [];
      return name === measurement ? [{ timeMs: Number(time), value: BigInt(value ?? "") }] : [];
    })
    .sort((a, b) => a.timeMs - b.timeMs);
}

async function influxPoints(engine: InfluxEngine, measurement: string): Promise<StoredPoint[]> {
  // as CSV: JSON.parse would round integers beyond 2^53
  const url = `${engine.url}/query?${new URLSearchParams({ db: "cc", epoch: "ms", q: `SELECT v FROM "${measurement}"` })}`;
  const pair = Buffer.from(`${ADMIN.username}:${ADMIN.password}`).toString("base64");
  const answer = await fetch(url, { headers: { accept: "application/csv", authorization: `Basic ${pair}` } });
  const [, ...rows] = (await answer.text()).trim().split("\n");
  return rows.map((row) => {
    const [, , time, value] = row.split(",");
    return { timeMs: Number(time), value: BigInt(value ?? "") };
  });
}

async function victoriaPoints(engine: VictoriaEngine, measurement: string): Promise<StoredPoint[]> {
  const series = await engine.rawSeries(`{__name__="${measurement}_v"}`);
  return series
    .flatMap(({ timestamps, values }) => timestamps.map((timeMs, i) => ({ timeMs, value: values[i] ?? 0 })))
    .sort((a, b) => a.timeMs - b.timeMs);
}
