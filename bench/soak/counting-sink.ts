/**
 * A database that keeps nothing but sums: it takes lines as InfluxDB 1.x does, each once.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { Buckets } from "./buckets.ts";

const DAY_MS = 86_400_000;
const HEAD = { "x-influxdb-version": "1.8.10" };

export class CountingSink {
  readonly buckets: Buckets;
  /** Lines come again soon or never: those of days before the last two are forgotten. */
  #seen = new Set<string>();
  #seenBefore = new Set<string>();
  #seenDay = 0;
  /** Passes of the collector, by what it writes of itself. */
  passes = 0;
  lines = 0;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => this.#answer(request, Buffer.concat(chunks), response));
  });

  private constructor(zone: string) {
    this.buckets = new Buckets(zone);
  }

  /** @param zone of the days it adds up */
  static async start(zone: string): Promise<CountingSink> {
    const sink = new CountingSink(zone);
    sink.#server.listen(0, "127.0.0.1");
    await once(sink.#server, "listening");
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ url = "", headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (url.startsWith("/query")) {
      response.writeHead(200, { ...HEAD, "content-type": "application/json" }).end('{"results":[{}]}');
      return;
    }
    if (url.startsWith("/write")) {
      const text = headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
      for (const line of text.toString("utf8").split("\n")) if (line !== "") this.#take(line);
    }
    response.writeHead(204, HEAD).end();
  }

  #take(line: string): void {
    if (this.#isKnown(line)) return;
    this.lines++;
    if (/^larder,\S* .*\bseconds=/.test(line)) this.passes++;
    this.buckets.add(line);
  }

  #isKnown(line: string): boolean {
    const day = Math.floor(Number(line.slice(line.lastIndexOf(" ") + 1)) / DAY_MS);
    if (day > this.#seenDay) [this.#seenBefore, this.#seen, this.#seenDay] = [this.#seen, new Set(), day];
    if (this.#seen.has(line) || this.#seenBefore.has(line)) return true;
    this.#seen.add(line);
    return false;
  }
}
