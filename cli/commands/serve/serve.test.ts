import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal } from "../../../core/journal/journal.ts";
import { larderInProcess } from "../../testing/in-process.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-serve-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `larder serve`, asks while it answers, and stops it as Ctrl-C does. */
async function serving(words: readonly string[], ask: (url: string) => Promise<void>): Promise<number | null> {
  let started: (url: string) => void = () => undefined;
  const answers = new Promise<string>((done) => {
    started = done;
  });
  const line = ["serve", "--json", "--port", "0", "--state-dir", folder, ...words];
  const run = larderInProcess(line, "", (out) => {
    const url = /"url": *"([^"]+)"/.exec(out)?.[1];
    if (url !== undefined) started(url);
  });
  const url = await Promise.race([answers, run.then(({ err }) => Promise.reject(new Error(err)))]);
  try {
    await ask(url);
  } finally {
    process.emit("SIGINT", "SIGINT");
    // another run would print into this one
    await run;
  }
  return (await run).code;
}

describe("larder serve", () => {
  it("answers with the page, the metrics and its health until it is stopped", async () => {
    const config = join(folder, "larder.json");
    writeFileSync(config, '{ "server": "a" }');
    const journal = await openJournal(folder, "collector", {});
    const timeMs = Date.now() - 60_000;
    const lines = `bytestoclients,server=a bytes.fromcache.toclients=41i ${timeMs}\nlarder,server=a up=1i ${timeMs}\n`;
    await journal.append({ lines, lineCount: 2, span: { fromMs: timeMs, toMs: timeMs }, cursors: {} });
    await journal.close();
    const code = await serving(["--config", config], async (url) => {
      const health = await fetch(`${url}healthz`);
      expect([health.status, await health.json()]).toEqual([200, { status: "ok", findings: [] }]);
      expect(await (await fetch(`${url}metrics`)).text()).toContain(
        'assetcache_interval_served_bytes{server="a",source="cache"} 41',
      );
      const page = await fetch(url);
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(await page.text()).toContain("41");
    });
    expect(code).toBe(0);
  });

  it("lets nobody in without the token where there is one, but says how it is", async () => {
    const token = "0123456789abcdef";
    writeFileSync(join(folder, "token"), `${token}\n`, { mode: 0o600 });
    const code = await serving(["--host", "0.0.0.0", "--token-file", join(folder, "token")], async (url) => {
      const health = await fetch(`${url}healthz`);
      // nothing was ever collected; only those with the token hear of it
      expect([health.status, await health.json()]).toEqual([503, { status: "bad" }]);
      for (const path of ["", "metrics", "feed", "page.css"]) expect((await fetch(url + path)).status).toBe(401);
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${url}metrics`, { headers })).status).toBe(200);
      expect(await (await fetch(`${url}healthz`, { headers })).json()).toEqual({
        status: "bad",
        findings: [{ id: "never-ran", level: "bad" }],
      });
    });
    expect(code).toBe(0);
  });

  it("refuses an address that others reach, and a port that is none", async () => {
    const open = await larderInProcess(["serve", "--host", "0.0.0.0", "--state-dir", folder]);
    expect([open.code, open.err]).toEqual([1, expect.stringContaining("--token-file")]);
    const wrong = await larderInProcess(["serve", "--port", "many", "--state-dir", folder]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("--port")]);
  });
});
