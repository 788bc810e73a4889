import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Target } from "../destinations.ts";
import { identifyEngine } from "./engine.ts";

let flag = "";
const server = createServer((request, response) => {
  if (request.url === "/ping") response.writeHead(204).end();
  else response.end(`vm_app_version{version="victoria-metrics", short_version="v1.150.0"} 1\n${flag}`);
});
beforeAll(async () => await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => void server.close());

it.each([
  ["1", 31],
  ["100y", 36_500],
  ["13w", 91],
  ["36h", 1.5],
  ["0.5y", 182.5],
  ["soon", undefined],
  [undefined, undefined],
])("VictoriaMetrics with -retentionPeriod=%s keeps points for %s days", async (value, days) => {
  flag = value === undefined ? "" : `flag{name="retentionPeriod", value="${value}", is_set="true"} 1\n`;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const found = await identifyEngine({ type: "victoriametrics", url, timeoutSeconds: 5 } as Target);
  expect([found.engine, found.keepsDays]).toEqual(["VictoriaMetrics v1.150.0", days]);
});
