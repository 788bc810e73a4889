/** Forms recognised by their shape, and answers that are not a status although they have a known form. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseStatus } from "../../../core/cache/cache.ts";
import { errorCode } from "../../../core/errors.ts";
import { sharedData } from "../../../fixtures/shared-data.ts";
import { NO_CURSOR, readStatus } from "../../testing/read-status.ts";

const OLD_PLIST = (toClients: number, fromOrigin: number): string => `{
    Activated = 1;
    Active = 1;
    CacheDetails =     {
        "Mac Software" = 3000000000;
        "Bücher" = 1;
        "B\\U00fccher2" = 2;
    };
    CacheUsed = 4000000000;
    Parents =     (
    );
    RegistrationStatus = 1;
    TotalBytesAreSince = "2020-03-15 02:05:06 +0000";
    TotalBytesReturnedToClients = ${toClients};
    TotalBytesStoredFromOrigin = ${fromOrigin};
}
`;

const SERVER_3 = (requested: number, returned: number, origin: number | undefined, peers: number): string =>
  [
    "Active = yes",
    'state = "RUNNING"',
    "CacheUsed = 125000000",
    `TotalBytesRequested = ${requested}`,
    `TotalBytesFromPeers = ${peers}`,
    ...(origin === undefined ? [] : [`TotalBytesFromOrigin = ${origin}`]),
    `TotalBytesReturned = ${returned}`,
  ]
    .map((line) => `caching:${line}\n`)
    .join("");

const failure = (text: string): string => {
  try {
    parseStatus(text, "test");
  } catch (error) {
    return errorCode(error) ?? "no code";
  }
  return "no error";
};

describe("an old-style property list", () => {
  const headers = [
    "2020-03-14 19:10:31.154 AssetCacheManagerUtil[1362:54464] Content caching status: ",
    "Built-in caching server status: ",
    "Content caching status:\n",
    "some header of tomorrow: ",
    "",
  ];
  it.each(headers)("is recognised by its shape behind %j", (header) => {
    const status = parseStatus(header + OLD_PLIST(5, 4), "test");
    expect(status).toMatchObject({ form: "plist", activated: true, usedBytes: 4_000_000_000, registered: 1 });
    expect(status.content?.get("Bücher")).toBe(1);
    expect(status.content?.get("Bücher2")).toBe(2);
  });

  it("gives the bytes between two readings", async () => {
    const header = "Content caching status: ";
    const first = await readStatus(header + OLD_PLIST(5_000_000_000, 4_000_000_000), NO_CURSOR);
    const second = await readStatus(header + OLD_PLIST(7_000_000_000, 4_500_000_000), first.cursor);
    expect(second.flows).toMatchObject({ fromorigin: 500_000_000, fromcache: 1_500_000_000 });
  });
});

describe("the text of macOS 10.15 and later", () => {
  it("is recognised without its header", () => {
    const text = "    Activated: true\n    Active: true\n    CacheUsed: 76.6 GB\n    Parents: (none)\n";
    expect(parseStatus(text, "test")).toMatchObject({ form: "text", active: true, usedBytes: 76_600_000_000 });
  });
});

describe("serveradmin of OS X Server 3 to 5.0", () => {
  it("reads what came from Apple and from peers under older names", async () => {
    const first = await readStatus(SERVER_3(124_886_938, 124_886_938, 124_886_938, 0), NO_CURSOR);
    const second = await readStatus(SERVER_3(324_886_938, 324_886_938, 304_886_938, 20_000_000), first.cursor);
    expect(second.flows).toMatchObject({ fromorigin: 180_000_000, frompeers: 20_000_000, fromcache: 0 });
  });

  it("gives no bytes at all where nobody says what was fetched from Apple", async () => {
    const first = await readStatus(SERVER_3(1e9, 1e9, undefined, 0), NO_CURSOR);
    const second = await readStatus(SERVER_3(2e9, 2e9, undefined, 0), first.cursor);
    expect(second.text).toContain("cachestatus");
    expect(second.text).not.toContain("bytestoclients");
    // nor in the interval in which the fetched total first appears
    const third = await readStatus(SERVER_3(3e9, 3e9, 5e8, 0), second.cursor);
    expect(third.text).not.toContain("bytestoclients");
    const fourth = await readStatus(SERVER_3(4e9, 4e9, 6e8, 0), third.cursor);
    expect(fourth.flows).toMatchObject({ fromorigin: 100_000_000, fromcache: 900_000_000 });
  });
});

describe("an answer without a single key of a status", () => {
  it.each([
    ["serveradmin", 'caching:error = "CANNOT_LOAD_BUNDLE_ERR"\n'],
    ["json", '{"result":{"error":"something"}}'],
    ["json", '{"name":"status","result":{"Port":49094,"PublicAddress":"192.0.2.1"}}'],
    ["text", "Content caching status:\n    Message: service is not loaded\n"],
    ["plist", "Content caching status: {\n    Message = none;\n}\n"],
  ])("is not a status: %s %j", (_, text) => {
    expect(failure(text)).toBe("STATUS_EMPTY");
  });

  it("is passed over beside one that is", () => {
    const text = '[{"name":"status","result":{"error":"x"}},{"result":{"Active":true}}]';
    expect(parseStatus(text, "test").active).toBe(true);
  });
});

describe("neighbours and totals that say little", () => {
  it("counts neighbours without an address, and past a thousand", async () => {
    const many = Array.from({ length: 1500 }, (_, i) => ({ address: `10.0.${i >> 8}.${i & 255}` }));
    const status = parseStatus(JSON.stringify({ result: { Active: true, Parents: [{}, {}], Peers: many } }), "test");
    expect(status).toMatchObject({ parentCount: 2, peerCount: 1500 });
    const { text } = await readStatus(
      JSON.stringify({ result: { Active: true, Parents: [{}, {}], Peers: [{}] } }),
      NO_CURSOR,
    );
    expect(text).toContain("parents=2i,peers=1i");
  });

  it("says once that the totals cannot be used", async () => {
    const text = '{"result":{"Active":true,"TotalBytesAreSince":"not-a-time","TotalBytesReturnedToClients":5}}';
    const first = await readStatus(text, NO_CURSOR);
    expect(first.warnings).toEqual([expect.stringContaining("TotalBytesAreSince")]);
    const second = await readStatus(text, first.cursor);
    expect(second.warnings).toEqual([]);
    const good = await readStatus(text.replace("not-a-time", "2026-08-07 00:54:51 +0000"), second.cursor);
    expect((await readStatus(text, good.cursor)).warnings).toHaveLength(1);
  });
});

describe("inputs after public reports", () => {
  const sample = (name: string): string => readFileSync(sharedData(`reported/${name}`) ?? "", "utf8");
  const there = sharedData("reported/status-old-plist-header/status-a.txt") !== undefined;
  const unless = there ? it : it.skip;

  unless("macOS 10.14: +2 GB to clients, +500 MB from Apple (skipped where the shared data is not there)", async () => {
    const first = await readStatus(sample("status-old-plist-header/status-a.txt"), NO_CURSOR);
    const { flows } = await readStatus(sample("status-old-plist-header/status-b.txt"), first.cursor);
    expect(flows).toMatchObject({ fromorigin: 500_000_000, fromcache: 1_500_000_000 });
  });
  unless("Server 3: 200 MB to clients, 180 MB from Apple (skipped where the shared data is not there)", async () => {
    const first = await readStatus(sample("status-server3-names/a.txt"), NO_CURSOR);
    const { flows } = await readStatus(sample("status-server3-names/b.txt"), first.cursor);
    expect(flows).toMatchObject({ fromorigin: 180_000_000, frompeers: 20_000_000, fromcache: 0 });
  });
  unless("neighbours without an address (skipped where the shared data is not there)", () => {
    const status = parseStatus(sample("status-empty-neighbours/status.json"), "test");
    expect(status).toMatchObject({ parentCount: 2, peerCount: 1, pressure: 0.4 });
  });
});
