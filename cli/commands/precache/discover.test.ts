import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { larderInProcess } from "../../testing/in-process.ts";

const discover = async (url: string) => await larderInProcess(["precache", "discover", "--cache-server", url]);

it("asks a cache that was named whether it answers", async () => {
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const there = await discover(url);
  expect([there.code, there.out]).toEqual([0, expect.stringContaining(`${url}: it answers`)]);
  server.close();
  server.closeAllConnections();
  await once(server, "close");
  const gone = await discover(url);
  expect([gone.code, gone.out]).toEqual([1, expect.stringContaining(`${url}: no answer there`)]);
  expect(gone.out).not.toContain("Cache to warm");
});
