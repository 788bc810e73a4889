import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Log } from "../core/log.ts";
import { silentLog } from "../core/log.ts";
import { Pings } from "./ping.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A receiver such as Healthchecks. */
async function receiver(answer: RequestListener = (_request, response) => response.end("OK")) {
  const called: string[] = [];
  const server = createServer((request, response) => {
    called.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close().closeAllConnections());
  return { called, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/uuid?create=1` };
}

describe("the dead man's switch", () => {
  it("calls as Healthchecks has it, in the order of what happened", async () => {
    const { called, url } = await receiver();
    const pings = new Pings(url, silentLog);
    for (const what of ["start", "success", "start", "fail"] as const) pings.call(what);
    await pings.settled();
    expect(called).toEqual([
      "/ping/uuid/start?create=1",
      "/ping/uuid?create=1",
      "/ping/uuid/start?create=1",
      "/ping/uuid/fail?create=1",
    ]);
  });

  it("keeps nobody waiting for a receiver that does not answer", async () => {
    const { called, url, server } = await receiver(() => undefined);
    const pings = new Pings(url, silentLog);
    const begunMs = performance.now();
    for (let look = 0; look < 100; look++) pings.call("start");
    expect(performance.now() - begunMs).toBeLessThan(2000);
    await expect.poll(() => called.length).toBe(1);
    server.close().closeAllConnections();
    await pings.settled();
  });

  it("warns once of a receiver that fails, and again once it had answered, without the secret in the address", async () => {
    const answers = [500, 404, 200, 500];
    const { url } = await receiver((_request, response) => response.writeHead(answers.shift() ?? 200).end());
    const warned: string[] = [];
    const log: Log = { ...silentLog, warn: (...said) => warned.push(JSON.stringify(said)) };
    const pings = new Pings(url, log);
    for (let look = 0; look < 5; look++) pings.call("success");
    await pings.settled();
    expect(warned).toHaveLength(2);
    expect(warned.join()).not.toContain("uuid");
  });

  it("calls nobody where there is no address", async () => {
    const pings = new Pings(undefined, silentLog);
    pings.call("start");
    await pings.settled();
  });
});

it("an address that is not one is reported, and nothing goes wrong otherwise", async () => {
  const warned: unknown[] = [];
  const log: Log = { ...silentLog, warn: (message, details) => void warned.push([message, details]) };
  const pings = new Pings("not an address", log);
  pings.call("start");
  await pings.settled();
  expect(warned).toEqual([["alerts.pingUrl cannot be called", { host: "not an address" }]]);
});
