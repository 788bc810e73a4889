import { describe, expect, it } from "vitest";
import type { ClientRow, Clients } from "../core/history/history.ts";
import { clientTables, reportClients } from "./clients.ts";
import { wordsOf } from "./words.ts";

const NOTHING: Clients = { bySystem: [], byModel: [], byKind: [] };

function row(clients: number, requests: number, tags: Partial<ClientRow>): ClientRow {
  return {
    startMs: 0,
    family: undefined,
    os: undefined,
    model: undefined,
    kind: undefined,
    ...tags,
    clients,
    requests,
    transfers: requests,
    incomplete: 0,
    bytes: requests * 1000,
    fromCache: 0,
    fromOrigin: 0,
    fromPeers: 0,
    fromParents: 0,
  };
}

describe("reportClients()", () => {
  it("is nothing where nothing is known of clients", () => {
    expect(reportClients(NOTHING, 30)).toBeUndefined();
  });

  it("adds the systems of a family up, most requests first, and divides by the days with data", () => {
    const bySystem = [
      row(60, 100, { family: "Mac", os: "macOS 26.1" }),
      row(20, 400, { family: "iPad", os: "iPadOS 26.1" }),
      row(10, 50, { family: "iPad", os: "iPadOS 18.7" }),
      row(5, 7, { family: "Mac", os: "iPadOS 26.1" }),
    ];
    const found = reportClients({ ...NOTHING, bySystem }, 10);
    expect(found?.families).toEqual([
      { name: "iPad", perDay: 3, requests: 450, bytes: 450_000 },
      { name: "Mac", perDay: 6.5, requests: 107, bytes: 107_000 },
    ]);
    expect(found?.systems.map(({ name, perDay }) => [name, perDay])).toEqual([
      ["iPadOS 26.1", 2.5],
      ["macOS 26.1", 6],
      ["iPadOS 18.7", 1],
    ]);
    expect(found).toMatchObject({ models: [], files: [] });
  });

  it("knows of no devices a day where no day has data", () => {
    const found = reportClients({ ...NOTHING, byModel: [row(5, 5, { model: "iPad16,3" })] }, 0);
    expect(found?.models).toEqual([{ name: "iPad16,3", perDay: 0, requests: 5, bytes: 5000 }]);
  });

  it("keeps requests and bytes beyond 2^53 exact", () => {
    const large = { ...row(1, 1, { kind: "ipsw" }), requests: 2n ** 60n, bytes: 2n ** 61n };
    const found = reportClients({ ...NOTHING, byKind: [large, { ...large, requests: 1, bytes: 1 }] }, 1);
    expect(found?.files[0]).toMatchObject({ requests: 2n ** 60n + 1n, bytes: 2n ** 61n + 1n });
  });
});

describe("clientTables()", () => {
  const words = wordsOf("en");

  it("has no empty table, twenty rows at most, and devices only where they are counted", () => {
    const byModel = Array.from({ length: 30 }, (_, i) => row(30, 100 - i, { model: `iPad${i}` }));
    const made = reportClients({ ...NOTHING, byModel, byKind: [row(0, 3, { kind: "ipsw" })] }, 3);
    const tables = made === undefined ? [] : clientTables(made, words);
    expect(tables.map(({ name }) => name)).toEqual([words.texts.models, words.texts.files]);
    const [models, files] = tables;
    expect(models?.rows).toHaveLength(20);
    expect(models?.rows[0]).toEqual(["iPad0", "10", "100", words.bytes(100_000)]);
    expect(files?.rows).toEqual([["ipsw", "3", words.bytes(3000)]]);
    expect([models?.titles.length, files?.titles.length]).toEqual([4, 3]);
  });

  it("names what has no name", () => {
    const made = reportClients({ ...NOTHING, byKind: [row(0, 3, {})] }, 1);
    expect(made && clientTables(made, words)[0]?.rows[0]?.[0]).toBe(words.texts.noSite);
  });
});
