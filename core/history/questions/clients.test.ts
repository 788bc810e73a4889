import { describe, expect, it } from "vitest";
import { askLines } from "../ask.ts";
import { clients, groupClients, totalClients } from "./clients.ts";

const MORNING = Date.UTC(2026, 2, 2, 8);
const DAY = 86_400_000;
const LINES = [
  `cacheclients,server=a,family=iPhone,os=iOS\\ 17.1 requests=3i,clients=2i,transfers=3i,bytes=900i,bytes.fromcache=900i ${MORNING}`,
  `cacheclients,server=a,family=iPad,os=iOS\\ 17.1 requests=1i,clients=1i,transfers=1i,incomplete=1i,bytes=50i,bytes.fromorigin=50i ${MORNING}`,
  `cacheclients,server=a,family=iPhone,os=iOS\\ 17.2 requests=5i,clients=1i ${MORNING + 300_001}`,
  `cacheclients,server=b,family=iPhone,os=iOS\\ 17.2 requests=7i,clients=4i ${MORNING}`,
  `cacheclients,server=a,family=iPhone,os=iOS\\ 17.2 requests=1i,clients=1i ${MORNING + DAY}`,
  `cachemodels,server=a,family=iPhone,model=iPhone14\\,2 requests=8i,clients=3i,bytes=900i ${MORNING}`,
  `cachefiles,server=a,kind=ipa requests=8i,transfers=3i,bytes=950i ${MORNING}`,
];

async function ask(by: "day" | "all") {
  const span = { fromMs: MORNING - 1000, toMs: MORNING + 2 * DAY, by, timeZone: "UTC" } as const;
  const [found] = await askLines([Buffer.from(`${LINES.join("\n")}\n`)])([clients({ ...span, tags: { server: "a" } })]);
  return found;
}

describe("clients()", () => {
  it("says who asked for what, most requests first", async () => {
    const { bySystem, byModel, byKind } = await ask("all");
    expect(bySystem.map(({ family, os, requests }) => [family, os, requests])).toEqual([
      ["iPhone", "iOS 17.2", 6],
      ["iPhone", "iOS 17.1", 3],
      ["iPad", "iOS 17.1", 1],
    ]);
    expect(byModel).toMatchObject([{ family: "iPhone", model: "iPhone14,2", clients: 3, bytes: 900 }]);
    expect(byKind).toMatchObject([{ kind: "ipa", requests: 8, transfers: 3, bytes: 950 }]);
    expect(totalClients(bySystem)).toMatchObject({
      requests: 10,
      clients: 5,
      transfers: 4,
      incomplete: 1,
      bytes: 950,
      fromCache: 900,
      fromOrigin: 50,
    });
    expect(groupClients(bySystem, ({ family }) => family ?? "").map(({ name, clients: of }) => [name, of])).toEqual([
      ["iPhone", 4],
      ["iPad", 1],
    ]);
  });

  it("counts a client on every day it comes", async () => {
    const { bySystem } = await ask("day");
    const days = [...new Set(bySystem.map(({ startMs }) => startMs))];
    const perDay = days.map((day) => totalClients(bySystem.filter(({ startMs }) => startMs === day)).clients);
    expect(perDay).toEqual([4, 1]);
  });
});
