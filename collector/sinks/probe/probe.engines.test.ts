import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { silentLog } from "../../../core/log.ts";
import {
  ADMIN,
  enginesAvailable,
  type InfluxEngine,
  startInflux,
  startVictoria,
  type VictoriaEngine,
} from "../../../fixtures/engines.ts";
import { sinksSchema } from "../options.ts";
import { destinationsOf } from "../sinks.ts";
import { probeSink } from "./probe.ts";

async function probed(sink: object) {
  const [destination] = destinationsOf(sinksSchema.parse([{ name: "main", ...sink }]));
  return await probeSink(destination!, { log: silentLog, nowMs: Date.now });
}

describe.skipIf(!enginesAvailable())("a sink tried out on a real server", () => {
  let influx: InfluxEngine;
  let victoria: VictoriaEngine;
  beforeAll(async () => {
    [influx, victoria] = await Promise.all([startInflux({ auth: true }), startVictoria()]);
    await influx.createDatabase("caches");
  });
  afterAll(async () => {
    await Promise.all([influx.stop(), victoria.stop()]);
  });

  it("InfluxDB: takes a point and gives it back; wrong login and database are told apart", async () => {
    const right = { type: "influx1", url: influx.url, database: "caches", ...ADMIN };
    const found = await probed(right);
    expect(found).toMatchObject({ step: "done", engine: expect.stringMatching(/^InfluxDB 1\.6\.7/), fits: "influx1" });
    expect(Math.abs((found.clockMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await probed({ ...right, password: "wrong one" })).toMatchObject({
      step: "write",
      problem: { code: "SINK_DENIED" },
    });
    expect(await probed({ ...right, database: "none" })).toMatchObject({
      step: "write",
      problem: { code: "SINK_NOT_FOUND" },
    });
    expect(JSON.stringify(await probed({ ...right, password: "wrong one" }))).not.toContain("wrong one");
  });

  it("VictoriaMetrics: is known for what it is under any name, and says whether it removes duplicates", async () => {
    const right = { type: "victoriametrics", url: victoria.url };
    // it shows a new series after ten seconds, or at once when it is told to
    const flushing = setInterval(() => void fetch(`${victoria.url}/internal/force_flush`).catch(() => {}), 200);
    onTestFinished(() => clearInterval(flushing));
    expect(await probed(right)).toMatchObject({
      step: "done",
      engine: "VictoriaMetrics",
      fits: "victoriametrics",
      dedup: true,
      keepsDays: 20 * 365,
    });
    expect(await probed({ ...right, type: "influx1", database: "caches" })).toMatchObject({
      fits: "victoriametrics",
      type: "influx1",
    });
  });
});

describe("a sink tried out", () => {
  it("where nobody listens cannot be reached", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const found = await probed({ type: "influx1", url: `http://127.0.0.1:${port}`, database: "d" });
    expect(found).toMatchObject({ step: "reach", problem: { code: "SINK_UNREACHABLE" }, engine: undefined });
  });

  it("that takes points and gives none back is not called well", async () => {
    const server = createServer((request, response) => {
      request.resume();
      if (request.url?.startsWith("/query")) response.end('{"results":[{"statement_id":0}]}');
      else response.writeHead(204).end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const [destination] = destinationsOf(
      sinksSchema.parse([{ name: "main", type: "influx1", url: `http://127.0.0.1:${port}`, database: "d" }]),
    );
    expect(await probeSink(destination!, { log: silentLog, nowMs: Date.now, reads: 1 })).toMatchObject({
      step: "read",
      problem: { said: "the point it took is not in its answer" },
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
