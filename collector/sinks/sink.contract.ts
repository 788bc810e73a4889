/**
 * What every sink must do, whatever server is behind it. Each implementation's test calls these suites.
 *
 * @module
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { useNetwork } from "../../core/http/network.ts";
import { silentLog } from "../../core/log.ts";
import type { Dialect } from "../../fixtures/influx-fake/dialects.ts";
import { type FakeOptions, type Fault, type InfluxFake, startInfluxFake } from "../../fixtures/influx-fake/server.ts";
import { hasOpenssl, ownCertificate } from "../../fixtures/network/certificate.ts";
import { startProxy } from "../../fixtures/network/proxy.ts";
import { sinkSchema } from "./options.ts";
import { type Fate, type Sink, SinkError } from "./sink.ts";
import { createSink } from "./sinks.ts";

/** A stored value of the field `v`. */
export interface StoredPoint {
  readonly timeMs: number;
  readonly value: number | bigint;
}

/** A server under test. */
export interface SinkHarness {
  /** Options of a sink that works; a test changes single keys. */
  options(): Readonly<Record<string, unknown>>;
  /** Stored points of a measurement, in the order of time. */
  points(measurement: string): Promise<StoredPoint[]>;
}

/** Why a server cannot pass a case. */
export type ContractSkips = Partial<Record<"bad line" | "wrong type" | "database" | "login" | "exact", string>>;

const T0 = 1_700_000_000_000;
const never = new AbortController().signal;

/** A sink from options as in a configuration. */
export async function openSink(options: Readonly<Record<string, unknown>>): Promise<Sink> {
  const { name, ...target } = sinkSchema.parse(options);
  return await createSink({ name, target }, { log: silentLog, env: {} });
}

/** The SinkError a write ends with. */
export async function writeError(sink: Sink, lines: string, signal: AbortSignal = never): Promise<SinkError> {
  const error: unknown = await sink.write(Buffer.from(lines), signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SinkError);
  return error as SinkError;
}

function linesOf(measurement: string, count: number): string {
  return Array.from({ length: count }, (_, i) => `${measurement},server=a v=${i}i ${T0 + i}\n`).join("");
}

/** Writing to a server that is there and well. */
export function sinkContract(title: string, harness: () => SinkHarness, skips: ContractSkips = {}): void {
  const unless = (reason: string | undefined, name: string, test: () => Promise<void>): void => {
    it.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (${reason})`, test);
  };

  describe(`sink contract: ${title}`, () => {
    it("stores whole pieces with their milliseconds", async () => {
      const sink = await openSink(harness().options());
      await sink.write(Buffer.from(linesOf("whole", 10_000)), never);
      const points = await harness().points("whole");
      expect(points.length).toBe(10_000);
      expect(points.every(({ timeMs, value }, i) => timeMs === T0 + i && Number(value) === i)).toBe(true);
      await sink.close();
    });

    it("makes one point of lines that are sent twice", async () => {
      const sink = await openSink(harness().options());
      for (let time = 0; time < 2; time++) await sink.write(Buffer.from(linesOf("twice", 3)), never);
      expect((await harness().points("twice")).map(({ value }) => Number(value))).toEqual([0, 1, 2]);
      await sink.close();
    });

    it("sends the same compressed", async () => {
      const sink = await openSink({ ...harness().options(), gzip: true });
      await sink.write(Buffer.from(linesOf("packed", 500)), never);
      expect((await harness().points("packed")).length).toBe(500);
      await sink.close();
    });

    it("takes several pieces at once", async () => {
      const sink = await openSink(harness().options());
      const pieces = Array.from({ length: 8 }, (_, i) => `many,server=s${i} v=${i}i ${T0 + i}\n`);
      await Promise.all(pieces.map((piece) => sink.write(Buffer.from(piece), never)));
      expect((await harness().points("many")).length).toBe(8);
      await sink.close();
    });

    unless(skips.exact, "keeps 64-bit integers exact", async () => {
      const sink = await openSink(harness().options());
      await sink.write(Buffer.from(`exact v=9007199254740993i ${T0}\n`), never);
      expect((await harness().points("exact"))[0]?.value).toBe(9_007_199_254_740_993n);
      await sink.close();
    });

    unless(
      skips["bad line"],
      "refuses a piece with a line that cannot be read, and takes the good ones alone",
      async () => {
        const sink = await openSink(harness().options());
        const error = await writeError(sink, `bad v=1i ${T0}\nno line at all\nbad v=3i ${T0 + 2}\n`);
        expect(error.fate === "refused" || error.mayBeLines, error.message).toBe(true);
        expect((await writeError(sink, "no line at all\n")).fate).toBe("refused");
        await sink.write(Buffer.from(`bad v=1i ${T0}\n`), never);
        await sink.write(Buffer.from(`bad v=3i ${T0 + 2}\n`), never);
        expect((await harness().points("bad")).map(({ value }) => Number(value))).toEqual([1, 3]);
        await sink.close();
      },
    );

    unless(skips["wrong type"], "refuses a field of another type, with the server's reason", async () => {
      const sink = await openSink(harness().options());
      await sink.write(Buffer.from(`typed v=1i ${T0}\n`), never);
      const error = await writeError(sink, `typed v="text" ${T0 + 1}\n`);
      expect(error.fate).toBe("refused");
      expect(error.said).toMatch(/type/);
      await sink.close();
    });

    unless(skips.database, "stops at a database or bucket that is not there", async () => {
      const options = harness().options();
      const key = options["type"] === "influx2" ? "bucket" : "database";
      const sink = await openSink({ ...options, [key]: "nowhere" });
      const error = await writeError(sink, `m v=1i ${T0}\n`);
      expect([error.fate, error.code]).toEqual(["stopped", "SINK_NOT_FOUND"]);
      expect(error.next).toMatch(/create/);
      await sink.close();
    });

    unless(skips.login, "stops at a login that is refused, and does not tell the secret", async () => {
      const key = harness().options()["token"] === undefined ? "password" : "token";
      const sink = await openSink({ ...harness().options(), [key]: "guessed-secret" });
      const error = await writeError(sink, `m v=1i ${T0}\n`);
      expect([error.fate, error.code]).toEqual(["stopped", "SINK_DENIED"]);
      expect(JSON.stringify([error.message, error.next, error.state, error.said])).not.toContain("guessed-secret");
      await sink.close();
    });

    it("keeps the lines for later when nobody answers there", async () => {
      const sink = await openSink({ ...harness().options(), url: "http://127.0.0.1:1" });
      const error = await writeError(sink, `m v=1i ${T0}\n`);
      expect([error.fate, error.code]).toEqual(["later", "SINK_UNREACHABLE"]);
      await sink.close();
    });
  });
}

const HTML = "<!DOCTYPE html><html><body>Sign in to the network</body></html>";
const html = { "content-type": "text/html" };

/** Every fault a write can meet: what happens, and what becomes of the lines. */
const FAULTS: readonly (readonly [string, Fault, Fate])[] = [
  ["429", { kind: "answer", status: 429 }, "later"],
  ["500", { kind: "answer", status: 500, body: '{"error":"timeout"}' }, "later"],
  ["503 as a page", { kind: "answer", status: 503, headers: html, body: HTML }, "later"],
  ["401", { kind: "answer", status: 401, body: '{"error":"authorization failed"}' }, "stopped"],
  ["403", { kind: "answer", status: 403 }, "stopped"],
  ["404", { kind: "answer", status: 404, body: "404 page not found" }, "stopped"],
  ["405", { kind: "answer", status: 405 }, "stopped"],
  ["413", { kind: "answer", status: 413 }, "too-large"],
  [
    "400",
    { kind: "answer", status: 400, body: '{"error":"partial write: points beyond retention policy"}' },
    "refused",
  ],
  ["422", { kind: "answer", status: 422, body: '{"message":"failure writing points"}' }, "refused"],
  ["400 as a page", { kind: "answer", status: 400, headers: html, body: HTML }, "stopped"],
  ["200 as a page", { kind: "answer", status: 200, headers: html, body: HTML }, "later"],
  [
    "200 with JSON",
    { kind: "answer", status: 200, headers: { "content-type": "application/json" }, body: "{}" },
    "later",
  ],
  ["201", { kind: "answer", status: 201 }, "later"],
  ["302", { kind: "answer", status: 302, headers: { location: "http://127.0.0.1:1/login" } }, "stopped"],
  ["a cut connection", { kind: "reset" }, "later"],
  ["half an answer", { kind: "half", status: 400 }, "later"],
  ["half of a 200", { kind: "half", status: 200 }, "later"],
  ["silence", { kind: "hang" }, "later"],
  ["an answer too late", { kind: "slow", ms: 2000 }, "later"],
];

/** A port that takes connections and never says a word. */
async function silentPort(): Promise<{ readonly number: number; close(): void }> {
  const sockets: Socket[] = [];
  const port = createServer((socket) => void sockets.push(socket.on("error", () => undefined)));
  port.listen(0, "127.0.0.1");
  await once(port, "listening");
  return {
    number: (port.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      port.close();
    },
  };
}

/** What a sink makes of faults, played by the fake server in the dialect of the sink. */
export function sinkFaultContract(
  title: string,
  fake: FakeOptions,
  options: (url: string) => Readonly<Record<string, unknown>>,
): void {
  const dialect: Dialect = fake.dialect;
  const withFake = async (test: (server: InfluxFake, sink: Sink) => Promise<void>): Promise<void> => {
    const server = await startInfluxFake(fake);
    const sink = await openSink({ ...options(server.url), timeoutSeconds: 0.3 });
    try {
      await test(server, sink);
    } finally {
      await sink.close();
      await server.stop();
    }
  };

  describe(`sink faults: ${title} (${dialect}, fake)`, () => {
    it.each(FAULTS)("%s", async (_name, fault, fate) => {
      await withFake(async (server, sink) => {
        server.failNext(fault);
        const error = await writeError(sink, `m v=1i ${T0}\n`);
        expect(error.fate, error.message).toBe(fate);
        expect(error.retryable).toBe(fate === "later");
        expect(error.message).toMatch(/^Cannot write to "http/);
        // and it is well again afterwards
        await sink.write(Buffer.from(`m v=1i ${T0}\n`), never);
        expect(server.stored()).toEqual([`m v=1i ${T0}`]);
      });
    });

    it("hears Retry-After in seconds and as a date", async () => {
      await withFake(async (server, sink) => {
        const date = new Date(Date.now() + 60_000).toUTCString();
        server.failNext(
          { kind: "answer", status: 429, headers: { "retry-after": "7" } },
          { kind: "answer", status: 503, headers: { "retry-after": date } },
        );
        expect((await writeError(sink, "m v=1i 1\n")).retryAfterMs).toBe(7000);
        const until = (await writeError(sink, "m v=1i 1\n")).retryAfterMs ?? 0;
        expect(until).toBeGreaterThan(50_000);
        expect(until).toBeLessThanOrEqual(60_000);
      });
    });

    it("goes through the proxy that is set", async () => {
      await withFake(async (server) => {
        const port = Number(new URL(server.url).port);
        const proxy = await startProxy({ names: { "metrics.school.test:8086": port } });
        await useNetwork({ proxy: proxy.url });
        try {
          const there = options(`http://metrics.school.test:8086${fake.basePath ?? ""}`);
          await (await openSink(there)).write(Buffer.from("m v=1i 1\n"), never);
          expect(server.stored()).toEqual(["m v=1i 1"]);
          expect(proxy.asked[0]).toMatch(/^POST http:\/\/metrics\.school\.test:8086\//);
        } finally {
          await useNetwork({});
          await proxy.stop();
        }
      });
    });

    it.skipIf(!hasOpenssl())(
      "stops at a certificate nobody trusts, says what to do, and trusts the authority named",
      async () => {
        const own = ownCertificate("IP:127.0.0.1");
        const server = await startInfluxFake({ ...fake, tls: own });
        try {
          const error = await writeError(await openSink(options(server.url)), "m v=1i 1\n");
          expect([error.fate, error.code]).toEqual(["stopped", "SINK_CERTIFICATE"]);
          expect(error.next).toMatch(/caFile/);
          const trusting = await openSink({ ...options(server.url), caFile: own.file });
          await trusting.write(Buffer.from("m v=1i 1\n"), never);
          expect(server.stored()).toEqual(["m v=1i 1"]);
        } finally {
          await server.stop();
          own.remove();
        }
      },
    );

    it.each(["http", "https"])("ends with its deadline at a port that accepts %s and is silent", async (scheme) => {
      const port = await silentPort();
      try {
        const sink = await openSink({ ...options(`${scheme}://127.0.0.1:${port.number}`), timeoutSeconds: 0.2 });
        const began = performance.now();
        const error = await writeError(sink, "m v=1i 1\n");
        expect([error.fate, error.code]).toEqual(["later", "SINK_UNREACHABLE"]);
        expect(error.message).toMatch(/no whole answer within 0.2 s/);
        expect(performance.now() - began).toBeLessThan(3000);
      } finally {
        port.close();
      }
    });

    it("reads what a server says in a compressed answer", async () => {
      await withFake(async (server, sink) => {
        const headers = { "content-type": "application/json", "content-encoding": "gzip" };
        const body = gzipSync('{"error":"unable to parse: a reason"}');
        server.failNext({ kind: "answer", status: 400, headers, body });
        expect((await writeError(sink, "m v=1i 1\n")).said).toBe("unable to parse: a reason");
      });
    });

    it("settles lines that are older than the server keeps", async () => {
      await withFake(async (server, sink) => {
        const body = '{"error":"partial write: points beyond retention policy dropped=2"}';
        server.failNext({ kind: "answer", status: 400, body });
        expect(await sink.write(Buffer.from("m v=1i 1\nm v=1i 2\nm v=1i 3\n"), never)).toEqual({ expiredLines: 2 });
      });
    });

    it("ends at once when it is aborted", async () => {
      await withFake(async (server, sink) => {
        server.failAlways({ kind: "hang" });
        const controller = new AbortController();
        const started = performance.now();
        setTimeout(() => controller.abort(), 20);
        await writeError(sink, "m v=1i 1\n", controller.signal);
        // long before its deadline, on a busy machine too
        expect(performance.now() - started).toBeLessThan(5000);
      });
    });

    it("asks in milliseconds, says who it is, and keeps the base path", async () => {
      await withFake(async (server, sink) => {
        await sink.write(Buffer.from("m v=1i 1\n"), never);
        const [request] = server.requests;
        expect(request?.url).toContain("precision=ms");
        expect(request?.url).toMatch(new RegExp(`^${fake.basePath ?? ""}/`));
        expect(request?.headers["user-agent"]).toMatch(/^larder\//);
        expect(request?.headers["content-type"]).toBe("text/plain; charset=utf-8");
        expect(request?.headers["content-encoding"]).toBeUndefined();
      });
    });
  });
}
