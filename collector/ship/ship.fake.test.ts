import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Dialect } from "../../fixtures/influx-fake/dialects.ts";
import { type Fault, type InfluxFake, startInfluxFake } from "../../fixtures/influx-fake/server.ts";
import { openSink } from "../sinks/sink.contract.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { memoryStream } from "../testing/memory-stream.ts";
import { isProbe } from "../testing/script-sink.ts";
import { rejectPath } from "./reject-file.ts";
import { createShipper } from "./ship.ts";

let stateDir: string;
let server: InfluxFake;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "larder-ship-"));
});
afterEach(async () => {
  await server.stop();
  await rm(stateDir, { recursive: true });
});

const clock = fastClock(50);

/** What the server has of the journal. */
function stored(): string[] {
  return server.stored().filter((line) => !isProbe(line));
}

/** One of everything that can go wrong and pass. */
const TROUBLE: readonly Fault[] = [
  { kind: "answer", status: 429, headers: { "retry-after": "1" } },
  { kind: "answer", status: 200, headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" },
  { kind: "reset", stored: true },
  { kind: "half", status: 400 },
  { kind: "answer", status: 500, body: '{"error":"engine: cache-max-memory-size exceeded"}' },
  { kind: "slow", ms: 30 },
  { kind: "hang" },
  { kind: "answer", status: 503, body: "<html>Bad gateway</html>" },
];

const TYPES: readonly (readonly [Dialect, Record<string, unknown>])[] = [
  ["influx1", { type: "influx1", database: "cc" }],
  ["influx2", { type: "influx2", bucket: "cc", org: "school", token: "t" }],
  ["influx3", { type: "influx2", bucket: "cc" }],
  ["victoriametrics", { type: "victoriametrics" }],
];

describe("shipping through a bad day", () => {
  it.each(TYPES)("%s (fake): every good line is stored, every bad one rejected", async (dialect, options) => {
    server = await startInfluxFake({ dialect });
    const good = Array.from({ length: 700 }, (_, i) => `m,server=a v=${i}i ${i}`);
    const bad = ["no line at all", "m,server=a v= 5"];
    const lines = [
      ...good.slice(0, 123),
      "no line at all",
      ...good.slice(123, 456),
      "m,server=a v= 5",
      ...good.slice(456),
    ];
    const sink = await openSink({ name: "main", url: server.url, timeoutSeconds: 0.2, ...options });
    const { signal } = new AbortController();
    const readers = [memoryStream("collector", lines)];
    const small = { ...sink, limits: { maxLines: 100, maxBytes: 100_000 } };
    const shipper = await createShipper({ sink: small, readers, stateDir, signal, clock });
    server.failNext(...TROUBLE);
    const report = await shipper.finish(clock.nowMs() + 600_000);
    await shipper.close();
    expect(report).toMatchObject({ state: "ok", backlogBytes: 0, rejectedLines: 2, lostBytes: 0 });
    // a server that may forget is sent the last minutes again after an outage
    expect(report.shippedLines % 700).toBe(0);
    expect(stored().sort()).toEqual([...good].sort());
    const kept = (await readFile(rejectPath(stateDir, "main"), "utf8")).split("\n");
    expect(kept.filter((line) => line !== "" && !line.startsWith("#")).sort()).toEqual([...bad].sort());
  });

  it("stops at a refused login, keeps everything, and goes on when somebody has acted", async () => {
    server = await startInfluxFake({ dialect: "influx2", authorization: "Token right" });
    const readers = [memoryStream("collector", ["m v=1i 1", "m v=2i 2"])];
    const options = { name: "main", type: "influx2", url: server.url, bucket: "cc", org: "o" };
    const { signal } = new AbortController();
    const wrong = await createShipper({
      sink: await openSink({ ...options, token: "wrong" }),
      readers,
      stateDir,
      signal,
    });
    const report = await wrong.finish(Date.now() + 5000);
    await wrong.close();
    expect(report).toMatchObject({
      state: "stopped",
      shippedLines: 0,
      backlogBytes: 18,
      problem: { code: "SINK_DENIED" },
    });
    expect(server.requests.length).toBe(1);

    const right = await createShipper({
      sink: await openSink({ ...options, token: "right" }),
      readers,
      stateDir,
      signal,
    });
    expect(await right.finish(Date.now() + 5000)).toMatchObject({ state: "ok", shippedLines: 2, backlogBytes: 0 });
    await right.close();
  });

  /** Refuses every request alike, whatever is in it. */
  const GATES: readonly (readonly [string, Fault])[] = [
    ["400 as text", { kind: "answer", status: 400, headers: { "content-type": "text/plain" }, body: "Bad Request" }],
    ["400 as JSON", { kind: "answer", status: 400, body: '{"message":"Bad Request"}' }],
    ["400 and nothing", { kind: "answer", status: 400 }],
    ["413", { kind: "answer", status: 413 }],
    ["422", { kind: "answer", status: 422, body: '{"message":"Unprocessable"}' }],
    ["an engine's words", { kind: "answer", status: 400, body: '{"error":"unable to parse: no"}' }],
  ];

  it.each(
    TYPES.flatMap(([dialect, options]) => GATES.map(([gate, fault]) => [dialect, gate, fault, options] as const)),
  )("%s (fake): %s to everything keeps every line and asks little", async (dialect, _gate, fault, options) => {
    server = await startInfluxFake({ dialect });
    const lines = Array.from({ length: 700 }, (_, i) => `m,server=a v=${i}i ${i}`);
    const sink = await openSink({ name: "main", url: server.url, ...options });
    const { signal } = new AbortController();
    const readers = [memoryStream("collector", lines)];
    const shipper = await createShipper({ sink, readers, stateDir, signal });
    server.failAlways(fault);
    const report = await shipper.finish(Date.now() + 60_000);
    await shipper.close();
    expect(report).toMatchObject({
      state: "stopped",
      shippedLines: 0,
      rejectedLines: 0,
      backlogBytes: lines.join("\n").length + 1,
      problem: { code: "SINK_REJECTED", next: expect.stringMatching(/url/) },
    });
    expect(server.requests.length).toBeLessThan(20);
    server.failAlways(undefined);
    const next = await createShipper({ sink, readers, stateDir, signal });
    const ended = await next.finish(Date.now() + 60_000);
    await next.close();
    expect(ended).toMatchObject({ state: "ok", shippedLines: 700, rejectedLines: 0, backlogBytes: 0 });
    expect(stored().sort()).toEqual([...lines].sort());
  });
});
