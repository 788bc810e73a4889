import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { errorCode } from "../../../core/errors.ts";
import type { Json } from "../../../core/journal/commit.ts";
import { silentLog } from "../../../core/log.ts";
import { fieldSchema } from "../../../core/schema.ts";
import { CacheLife, intervalEnds, planFleet, statusDocument } from "../../../fixtures/fleet/index.ts";
import type { SourceBatch, SourceContext } from "../source.ts";
import { type ManagerStatusSettings, managerStatusSource } from "./cache-status.ts";
import { managerStatusOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-status-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let clock = Date.parse("2026-11-20T08:00:00Z");
const context = (signal = new AbortController().signal): SourceContext => ({
  tagText: ",server=c1,site_name=A\\ B",
  signal,
  log: silentLog,
  nowMs: () => clock,
  reject: () => undefined,
  async *alreadyTaken() {},
});
const settings = (more: Partial<ManagerStatusSettings>): ManagerStatusSettings => ({
  ...managerStatusOptions.parse({}),
  bytes: true,
  ...more,
});
async function readAll(
  more: Partial<ManagerStatusSettings>,
  cursor?: Json,
  signal?: AbortSignal,
): Promise<SourceBatch[]> {
  const batches: SourceBatch[] = [];
  for await (const batch of managerStatusSource(settings(more)).readAfter(cursor, context(signal))) batches.push(batch);
  return batches;
}
const document = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    name: "status",
    result: {
      Active: true,
      ServerGUID: "G1",
      CacheUsed: 10,
      CacheDetails: { "Mac Software": 4, iCloud: 6 },
      Peers: [{ address: "10.0.0.2", healthy: true, friendly: false }],
      TotalBytesAreSince: "2026-01-01 00:00:00 +0000",
      TotalBytesReturnedToClients: 1000,
      TotalBytesStoredFromOrigin: 600,
      ...more,
    },
  });
let written = 0;
/** A status file, a minute younger than the one before. */
function statusFile(text: string): string {
  const path = join(folder, "status.json");
  writeFileSync(path, text);
  const at = new Date(Date.parse("2026-11-20T07:00:00Z") + ++written * 60_000);
  utimesSync(path, at, at);
  return path;
}
/** Sums of byte fields in lines. */
function sums(lines: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [, name = "", value] of lines.matchAll(/[ ,](bytes\.[a-z.]+)=(\d+)i/g)) {
    found[name] = (found[name] ?? 0) + Number(value);
  }
  return found;
}
/** Reads a status and takes its deltas from a cursor on. */
async function next(cursor: Json | undefined, text: string): Promise<{ cursor: Json; sums: Record<string, number> }> {
  clock += 300_000;
  const [batch] = await readAll({ file: statusFile(text) }, cursor);
  return { cursor: batch!.cursor, sums: sums(String(batch!.lines)) };
}

describe("managerStatusSource() lines", () => {
  it("carry gauges, content by kind and peers, in names and types of the schema", async () => {
    const [batch] = await readAll({ file: statusFile(document()) });
    const tags = ",server=c1,site_name=A\\ B";
    const ms = batch!.span!.fromMs;
    expect(batch!.lines).toContain(`cachecontent${tags},kind=Mac\\ Software bytes=4i ${ms}\n`);
    expect(batch!.lines).toContain(`cachepeers${tags},peer=10.0.0.2,role=peer healthy=true,friendly=false ${ms}\n`);
    expect(batch!.lines).toContain('registration.error=""');
    expect(batch).toMatchObject({ lineCount: 4, rowCount: 1 });
    const status = String(batch!.lines).split("\n")[0]!;
    for (const [, name = ""] of status.slice(status.indexOf("B ") + 2).matchAll(/([a-z.]+)=/g)) {
      expect(fieldSchema("cachestatus", name), name).toBeDefined();
    }
  });

  it("never show negative room or a limit of nothing", async () => {
    const [batch] = await readAll({ file: statusFile(document({ CacheFree: -1, CacheLimit: 0 })) });
    expect(batch!.lines).toMatch(/free=0i.*diskexceeded=true/);
    expect(batch!.lines).not.toContain("limit=");
  });
});

describe("managerStatusSource() deltas", () => {
  it("begin with the second reading, and split what clients took by where it came from", async () => {
    const first = await next(undefined, document());
    expect(first.sums).toEqual({});
    const second = await next(
      first.cursor,
      document({ TotalBytesReturnedToClients: 1500, TotalBytesStoredFromOrigin: 700 }),
    );
    expect(second.sums).toMatchObject({ "bytes.fromcache.toclients": 400, "bytes.fromorigin.toclients": 100 });
  });

  it("are the new totals after a reset", async () => {
    const first = await next(undefined, document());
    const reset = {
      TotalBytesAreSince: "2026-11-20 07:30:00 +0000",
      TotalBytesReturnedToClients: 1200,
      TotalBytesStoredFromOrigin: 1200,
    };
    const second = await next(first.cursor, document(reset));
    expect(second.sums).toMatchObject({ "bytes.fromcache.toclients": 0, "bytes.fromorigin.toclients": 1200 });
  });

  it("keep what was fetched ahead until somebody takes it", async () => {
    const first = await next(undefined, document());
    const ahead = await next(first.cursor, document({ TotalBytesStoredFromOrigin: 900 }));
    expect(ahead.sums).toEqual({});
    const taken = await next(
      ahead.cursor,
      document({ TotalBytesStoredFromOrigin: 900, TotalBytesReturnedToClients: 1400 }),
    );
    expect(taken.sums).toMatchObject({ "bytes.fromorigin.toclients": 300, "bytes.fromcache.toclients": 100 });
  });

  it("take a fallen total for a reset where no moment is printed, and for nothing where it is", async () => {
    const plist = (clients: number): string =>
      `Built-in caching server status: {\n Active = 1;\n ServerGUID = G1;\n TotalBytesStoredFromOrigin = 0;\n TotalBytesReturnedToClients = ${clients};\n}`;
    const first = await next(undefined, plist(1000));
    expect((await next(first.cursor, plist(300))).sums).toMatchObject({ "bytes.fromcache.toclients": 300 });
    const marked = await next(undefined, document());
    expect((await next(marked.cursor, document({ TotalBytesReturnedToClients: 900 }))).sums).toEqual({});
  });

  it("begin again for another cache or another form of status, and survive a reading without totals", async () => {
    const first = await next(undefined, document());
    expect((await next(first.cursor, document({ ServerGUID: "G2", TotalBytesReturnedToClients: 9000 }))).sums).toEqual(
      {},
    );
    const asText =
      "x Content caching status:\n    Active: true\n    ServerGUID: G1\n    TotalBytesAreSince: 2026-01-01 00:00:00\n    TotalBytesReturnedToClients: 9 GB\n";
    expect((await next(first.cursor, asText)).sums).toEqual({});
    const without = await next(first.cursor, document({ TotalBytesAreSince: "?" }));
    const after = await next(without.cursor, document({ TotalBytesReturnedToClients: 1001 }));
    expect(after.sums).toMatchObject({ "bytes.fromcache.toclients": 1 });
  });

  it("are left out where a database counts the same bytes", async () => {
    const [first] = await readAll({ file: statusFile(document()), bytes: false });
    clock += 300_000;
    const more = document({ TotalBytesReturnedToClients: 5000 });
    const [second] = await readAll({ file: statusFile(more), bytes: false }, first!.cursor);
    expect(sums(String(second!.lines))).toEqual({});
  });

  it("add up to the true totals of a cache's life, resets and wipes included", async () => {
    const fleet = planFleet({
      seed: 5,
      caches: 3,
      regions: 1,
      fromMs: Date.parse("2026-03-02T00:00:00Z"),
      toMs: Date.parse("2026-03-08T00:00:00Z"),
      zone: "Europe/Berlin",
      intervalSeconds: 300,
      incidentsPerMonth: 12,
    });
    for (const cache of fleet.caches) {
      const life = new CacheLife(fleet, cache);
      const truth = { clients: 0, origin: 0, dropped: 0 };
      const seen: Record<string, number> = {};
      let cursor: Json | undefined;
      for (const end of intervalEnds(fleet)) {
        const row = life.step(end);
        if (row !== undefined && cursor !== undefined) {
          row.values.forEach((value, i) => {
            if (i < 4) truth.clients += value;
            if (i === 1 || i === 5 || i === 8) truth.origin += value;
            if (i === 11) truth.dropped += value;
          });
        }
        const text = JSON.stringify(statusDocument(fleet, cache, life.state));
        const { toBatch } = await import("./cache-status.ts");
        const { parseStatus } = await import("../../../core/cache/status/status.ts");
        const { parseCursor } = await import("./cursor.ts");
        const batch = toBatch(
          { status: parseStatus(text, "life"), timeMs: end },
          { before: parseCursor(cursor), bytes: true, now: end, tagText: "" },
        );
        cursor = batch.cursor;
        for (const [name, value] of Object.entries(sums(String(batch.lines)))) seen[name] = (seen[name] ?? 0) + value;
      }
      const clients = Object.entries(seen).filter(([name]) => name.endsWith(".toclients"));
      expect(clients.reduce((sum, [, value]) => sum + value, 0)).toBe(truth.clients);
      expect(seen["bytes.dropped"]).toBe(truth.dropped);
      const origin = Object.entries(seen).filter(([name]) => name.startsWith("bytes.fromorigin."));
      expect(origin.reduce((sum, [, value]) => sum + value, 0)).toBe(truth.origin);
    }
  });
});

describe("managerStatusSource() schedule", () => {
  it("reads every so often, though the clock be set back", async () => {
    const command = ["printf", "%s", document()];
    const [first] = await readAll({ command });
    expect(await readAll({ command }, first!.cursor)).toHaveLength(0);
    clock += 296_000;
    expect(await readAll({ command }, first!.cursor)).toHaveLength(1);
    clock -= 3_600_000;
    expect(await readAll({ command }, first!.cursor)).toHaveLength(1);
  });

  it("reads a file only when it has changed", async () => {
    const file = statusFile(document());
    const [first] = await readAll({ file });
    clock += 900_000;
    expect(await readAll({ file }, first!.cursor)).toHaveLength(0);
    statusFile(document());
    expect(await readAll({ file }, first!.cursor)).toHaveLength(1);
  });
});

describe("managerStatusSource() and commands that fail", () => {
  const failing = async (command: string[], timeout = 10): Promise<{ code: string | undefined; message: string }> => {
    try {
      await readAll({ command, timeout });
    } catch (error) {
      return { code: errorCode(error), message: (error as Error).message };
    }
    return { code: "none", message: "" };
  };
  const node = (script: string): string[] => [process.execPath, "-e", script];

  it("says that the program is missing", async () => {
    expect(await failing(["/nowhere/AssetCacheManagerUtil", "-j", "status"])).toMatchObject({ code: "STATUS_COMMAND" });
  });
  it("stops one that hangs, with what it started, though it does not want to end", async () => {
    const began = performance.now();
    expect(await failing(["sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60"], 0.2 as number)).toMatchObject({
      code: "STATUS_TIMEOUT",
    });
    expect(performance.now() - began).toBeLessThan(3000);
  });
  it("stops one that never stops printing", async () => {
    expect(await failing(["sh", "-c", "yes"])).toMatchObject({ code: "STATUS_HOSTILE" });
  });
  it("uses nothing of half a document", async () => {
    expect(await failing(node(`process.stdout.write(${JSON.stringify(document().slice(0, 100))})`))).toMatchObject({
      code: "STATUS_INCOMPLETE",
    });
  });
  it("repeats what one that failed has said", async () => {
    const { code, message } = await failing(["sh", "-c", "echo not supported on this Mac >&2; exit 1"]);
    expect(code).toBe("STATUS_EXIT");
    expect(message).toContain("ended with code 1: not supported on this Mac");
  });
  it("uses a whole status although the command failed after it", async () => {
    const command = ["sh", "-c", `echo log line; printf '%s' '${document()}'; exit 1`];
    expect(await readAll({ command })).toHaveLength(1);
  });
  it("ends with the pass", async () => {
    const stop = new AbortController();
    const reading = readAll({ command: ["sleep", "60"] }, undefined, stop.signal);
    setTimeout(() => stop.abort(), 50);
    await expect(reading).rejects.toMatchObject({ code: "STATUS_STOPPED" });
  });
  it("says that a file is missing", async () => {
    await expect(readAll({ file: join(folder, "nowhere") })).rejects.toMatchObject({ code: "STATUS_FILE" });
  });
});

describe("managerStatusOptions", () => {
  it("take a list, or words, and know Apple's own command", () => {
    expect(managerStatusOptions.parse({}).command).toEqual(["/usr/bin/AssetCacheManagerUtil", "-j", "status"]);
    expect(managerStatusOptions.parse({ command: " ssh cache  status " }).command).toEqual(["ssh", "cache", "status"]);
    expect(managerStatusOptions.parse({ command: ["a b", "c"] }).command).toEqual(["a b", "c"]);
    expect(() => managerStatusOptions.parse({ comand: "x" })).toThrow();
    expect(() => managerStatusOptions.parse({ every: 0 })).toThrow();
  });
});
