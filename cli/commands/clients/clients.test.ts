import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "../../../core/journal/journal.ts";
import { larderInProcess } from "../../testing/in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-clients-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOON = Date.parse("2026-01-01T12:00:00Z");

beforeAll(async () => {
  const journal = await openJournal(join(folder, "state"), "collector");
  const lines = [
    `cacheclients,server=c1,family=iPhone,os=iOS\\ 17.1 requests=3i,clients=2i,transfers=3i,incomplete=1i,bytes=900000i,bytes.fromcache=900000i ${NOON}`,
    `cacheclients,server=c1,family=iPad,os=iOS\\ 17.1 requests=1i,clients=1i,transfers=1i,bytes=100000i,bytes.fromorigin=100000i ${NOON}`,
    `cachemodels,server=c1,family=iPhone,model=iPhone14\\,2 requests=3i,clients=2i,bytes=900000i ${NOON}`,
    `cachemodels,server=c1,family=iPad,model=iPad13\\,1 requests=1i,clients=1i,bytes=100000i ${NOON}`,
    `cachefiles,server=c1,kind=ipa requests=4i,transfers=4i,incomplete=1i,bytes=1000000i,bytes.fromcache=900000i,bytes.fromorigin=100000i ${NOON}`,
  ];
  await journal.append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span: { fromMs: NOON, toMs: NOON } });
  await journal.close();
  writeFileSync(
    join(folder, "larder.json"),
    JSON.stringify({ server: "c1", timezone: "UTC", stateDir: join(folder, "state") }),
  );
});

const clients = async (...words: string[]) =>
  await larderInProcess([
    "clients",
    "-c",
    join(folder, "larder.json"),
    "--from",
    "2026-01-01",
    "--to",
    "2026-01-02",
    ...words,
  ]);

describe("larder clients", () => {
  it("says who asked for what", async () => {
    expect(`\n${(await clients("--top", "1")).out}`).toBe(`
2026-01-01 00:00 to 2026-01-02 00:00
3 clients asked for 4 files and were sent 1.00 MB, 90.0% of it without Apple.
1 transfer ended before everything was sent.

family  clients  requests    sent
──────  ───────  ────────  ──────
iPhone        2         3  900 KB
… and 1 more: --top 0

model       clients  requests    sent
──────────  ───────  ────────  ──────
iPhone14,2        2         3  900 KB
… and 1 more: --top 0

system    clients  requests     sent
────────  ───────  ────────  ───────
iOS 17.1        3         4  1.00 MB

kind of file  requests     sent  from Apple  broken off
────────────  ────────  ───────  ──────────  ──────────
ipa                  4  1.00 MB      100 KB           1
`);
  });

  it("answers scripts", async () => {
    const { total, systems, models, files } = JSON.parse((await clients("--json")).out) as Record<string, unknown>;
    expect(total).toMatchObject({ clients: 3, requests: 4, bytes: 1_000_000, fromOrigin: 100_000 });
    expect(systems).toMatchObject([{ family: "iPhone", os: "iOS 17.1", clients: 2 }, { family: "iPad" }]);
    expect(models).toMatchObject([{ model: "iPhone14,2" }, { model: "iPad13,1" }]);
    expect(files).toMatchObject([{ kind: "ipa", incomplete: 1 }]);
  });

  it("says why there is nothing", async () => {
    expect((await clients("--from", "2020-01-01", "--to", "2020-01-02")).out).toContain("sources.serviceLog.enabled");
    expect((await clients("--to", "2025-01-01")).err).toContain("--from lies after --to");
    expect((await clients("--top", "few")).err).toContain("expected a whole number");
  });
});
