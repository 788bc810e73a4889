import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../core/journal/journal.ts";
import { tagText } from "../../core/line/line.ts";
import { createLog } from "../../core/log.ts";
import { startServer } from "../../core/server/server.ts";
import { enginesAvailable, NO_ENGINES, startVictoria } from "../../fixtures/engines.ts";
import { readPipe } from "../health/health.ts";
import { openExposition } from "./open-metrics.ts";

describe.skipIf(!enginesAvailable())(`a scrape by VictoriaMetrics (skipped: ${NO_ENGINES})`, () => {
  it("stores every sample, hostile tags as they are, and asks with a token", async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "larder-scrape-"));
    const nowMs = Date.now();
    const journal = await openJournal(stateDir, "collector");
    const name = '"} 1, =cmd() \\n</script><b>\u202e\u{1f34e}';
    const tags = tagText({ server: "c1", site_name: name });
    const lines = [
      `bytestoclients${tags} bytes.fromcache.toclients=9007199254740993i ${nowMs}`,
      `cachestatus${tags} active=true,used=5i,allocated=7i,pressure=0.25,startup="OK",lowspace=false,registered=1i ${nowMs}`,
      `larder${tags} up=1i,rows=1i ${nowMs}`,
    ];
    await journal.append({
      ...{ lines: lines.map((line) => `${line}\n`).join(""), lineCount: lines.length },
      span: { fromMs: nowMs, toMs: nowMs },
    });
    await journal.close();
    const options = { stateDir, server: "c1", timeZone: "UTC", sinks: [], readsStatus: true };
    const readNow = () => readPipe({ ...options, nowMs: Date.now() });
    const metrics = openExposition({ stateDir, timeZone: "UTC", readPipe: readNow, now: Date.now });
    let scrapes = 0;
    const server = await startServer({
      ...{ host: "127.0.0.1", port: 0, tokens: [{ name: "scraper", token: "0123456789abcdef" }] },
      log: await createLog("silent"),
      routes: [
        {
          ...{ method: "GET", path: "/metrics" },
          answer: async ({ headers }) => {
            scrapes++;
            return { status: 200, ...(await metrics.scrape(headers.accept)) };
          },
        },
      ],
    });
    const victoria = await startVictoria({ scrape: { port: server.port, token: "0123456789abcdef" } });
    try {
      await expect.poll(() => scrapes, { timeout: 10_000 }).toBeGreaterThan(0);
      await expect
        .poll(() => victoria.rawSeries('{__name__=~"larder_.+|assetcache_.+"}'), { timeout: 10_000 })
        .not.toEqual([]);
      const series = await victoria.rawSeries('{__name__=~"larder_.+|assetcache_.+"}');
      const { body } = await metrics.scrape(undefined);
      const names = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      expect(series.length).toBe(names.length);
      const sent = series.filter(({ metric }) => metric["__name__"] === "larder_cache_sent_bytes_total");
      expect(sent.map(({ metric, values }) => [metric["site_name"], metric["source"], values[0]])).toEqual([
        [name, "cache", 9_007_199_254_740_992],
      ]);
    } finally {
      await victoria.stop();
      await server.close();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
