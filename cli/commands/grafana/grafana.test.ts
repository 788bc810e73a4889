import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useNetwork } from "../../../core/http/http.ts";
import { type FakeGrafana, startGrafana } from "../../../fixtures/grafana/server.ts";
import { type Answer, larderInProcess } from "../../testing/in-process.ts";

const FOREIGN = join(
  import.meta.dirname,
  "../../../shared/data/metrics/dashboards/woodleigh-assetcache-exporter-dashboard.json",
);
let folder = "";
let grafana: FakeGrafana | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-grafana-"));
});
afterEach(async () => {
  await grafana?.stop();
  grafana = undefined;
  await rm(folder, { recursive: true, force: true });
});

/** Runs `larder grafana …`; FOLDER stands for this test's own. */
const larder = (...words: readonly string[]): Promise<Answer> =>
  larderInProcess(["grafana", ...words.map((word) => word.replace("FOLDER", folder))]);

describe("larder grafana export", () => {
  it("writes what a Grafana server provisions itself from, and nothing the second time", async () => {
    const first = await larder("export", "--out", "FOLDER/out", "--engine", "victoriametrics", "--prefix", "Schools");
    expect(first.code).toBe(0);
    expect((await readdir(join(folder, "out/dashboards"))).sort()).toEqual([
      "fleet.json",
      "savings.json",
      "site.json",
      "warming.json",
    ]);
    const board = JSON.parse(await readFile(join(folder, "out/dashboards/fleet.json"), "utf8"));
    expect(board).toMatchObject({ uid: "schools-fleet", title: "Schools / Fleet" });
    const again = await larder(
      "export",
      "--out",
      "FOLDER/out",
      "--engine",
      "victoriametrics",
      "--prefix",
      "Schools",
      "--json",
    );
    const { files } = JSON.parse(again.out) as { files: { action: string }[] };
    expect(new Set(files.map(({ action }) => action))).toEqual(new Set(["keep"]));
  });

  it.each([
    [[], {}, "paused"],
    [[], { wanGbPerDay: 3 }, 3],
    [["--wan-gb", "7"], { wanGbPerDay: 3 }, 7],
  ])("takes the limit of a day over the WAN from %j, then from the settings %j", async (flags, alerts, limit) => {
    await writeFile(join(folder, "larder.json"), JSON.stringify({ alerts }));
    const { code, out } = await larder("export", "--out", "FOLDER/out", "-c", "FOLDER/larder.json", ...flags);
    const text = await readFile(join(folder, "out/provisioning/alerting/larder.yaml"), "utf8");
    const rule = /- uid: larder-wan\n[\s\S]*?isPaused: (?:true|false)/.exec(text)?.[0] ?? "";
    const rings = /\$B >= (\d+)/.exec(rule)?.[1];
    expect([code, rule.endsWith("true") ? "paused" : Number(rings) / 1e9]).toEqual([0, limit]);
    expect(out.includes("larder-wan is paused")).toBe(limit === "paused");
  });

  it("writes nothing in a dry run, and refuses a zone nobody knows", async () => {
    expect((await larder("export", "--out", "FOLDER/out", "--dry-run")).out).toContain("would create");
    expect(await readdir(folder)).toEqual([]);
    const wrong = await larder("export", "--out", "FOLDER/out", "--timezone", "Mars/Base");
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('Cannot use the time zone "Mars/Base"');
  });
});

describe("docs/grafana.md", () => {
  it("makes the boards that deploy/compose.yaml mounts, for the zone that is given", async () => {
    const page = await readFile(join(import.meta.dirname, "../../../docs/grafana.md"), "utf8");
    const line = /npm run -s larder -- grafana (export .*--out )deploy\/boards( .*)/.exec(page);
    const words = `${line?.[1]}FOLDER/deploy/boards${line?.[2]}`
      .split(" ")
      .map((word) => word.replace("Europe/Berlin", "Asia/Tokyo"));
    const made = await larder(...words);
    expect(made.code).toBe(0);
    expect(made.out.trimEnd().split("\n").at(-1)).toBe("days begin in Asia/Tokyo");
    const board = JSON.parse(await readFile(join(folder, "deploy/boards/dashboards/savings.json"), "utf8"));
    expect(board.timezone).toBe("Asia/Tokyo");
    const source = await readFile(join(folder, "deploy/boards/provisioning/datasources/larder.yaml"), "utf8");
    expect(source).toContain("$__file{/run/secrets/larder_reader_password}");
  });

  it("says so when the zone is only that of the machine", async () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { out } = await larder("export", "--out", "FOLDER/out");
    expect(out).toContain(`days begin in ${zone}, the zone of this machine: --timezone names another`);
  });
});

describe("larder grafana push", () => {
  it("pushes with the token of a file, and says what it did", async () => {
    grafana = await startGrafana({ versions: ["v1"] });
    await writeFile(join(folder, "token"), "glsa_test\n", { mode: 0o600 });
    const push = ["push", "--url", grafana.url, "--token-file", "FOLDER/token"];
    expect((await larder(...push, "--dry-run")).out).toContain("would create  board larder / Savings");
    expect(grafana.boards.size).toBe(0);
    expect((await larder(...push)).out).toContain("created   board larder / Savings (larder-savings)");
    expect(grafana.boards.size).toBe(4);
    expect((await larder(...push)).out).not.toContain("created");
  });

  it("wants one token in the file", async () => {
    await writeFile(join(folder, "token"), "");
    const refused = await larder("push", "--url", "http://127.0.0.1:9", "--token-file", "FOLDER/token");
    expect(refused).toMatchObject({ code: 78, err: expect.stringContaining("Cannot read the token of Grafana") });
    const missing = await larder("push", "--url", "http://127.0.0.1:9", "--token-file", "FOLDER/nope");
    expect(missing).toMatchObject({ code: 78, err: expect.stringContaining("there is no such file") });
  });

  it.each([[[]], [["--dry-run"]]])("finds out that a server is not a Grafana %s", async (words) => {
    grafana = await startGrafana({ versions: [], notGrafana: true });
    await writeFile(join(folder, "token"), "glsa_test\n", { mode: 0o600 });
    const refused = await larder("push", "--url", grafana.url, "--token-file", "FOLDER/token", ...words);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("Cannot find a Grafana at");
    expect(refused.out).not.toContain("create");
  });

  it.each(["127.0.0.1:3997", "localhost:3000", "grafana.example.org"])(
    "says how an address begins: %s",
    async (url) => {
      await writeFile(join(folder, "token"), "glsa_test\n", { mode: 0o600 });
      const refused = await larder("push", "--url", url, "--token-file", "FOLDER/token");
      expect(refused.code).toBe(1);
      expect(refused.err).toContain(`use --url http://${url}`);
    },
  );
});

describe("larder grafana check", () => {
  it("finds nothing in our boards, and what somebody broke in a file", async () => {
    expect(await larder("check")).toMatchObject({ code: 0, out: "4 boards, 0 findings\n" });
    await larder("export", "--out", "FOLDER/out");
    const path = join(folder, "out/dashboards/savings.json");
    await writeFile(path, (await readFile(path, "utf8")).replace('"editable": false', '"editable": true'));
    const files = ["fleet", "savings", "site", "warming"].map((name) => `FOLDER/out/dashboards/${name}.json`);
    const found = await larder("check", ...files);
    expect(found.code).toBe(1);
    expect(found.out).toContain("uneditable  larder / Savings");
  });

  it("names two boards with one title", async () => {
    await larder("export", "--out", "FOLDER/out");
    const text = await readFile(join(folder, "out/dashboards/savings.json"), "utf8");
    await writeFile(
      join(folder, "out/dashboards/copy.json"),
      text.replace('"uid": "larder-savings"', '"uid": "copied"'),
    );
    const names = ["savings", "copy", "site", "fleet", "warming"];
    const found = await larder("check", ...names.map((name) => `FOLDER/out/dashboards/${name}.json`));
    expect(found.code).toBe(1);
    expect(found.out).toContain('the boards "larder-savings" and "copied" have one title');
  });

  it.runIf(existsSync(FOREIGN))("checks a board of somebody else", async () => {
    const { out, err, code } = await larder("check", FOREIGN);
    expect({ err, code }).toEqual({ err: "", code: 1 });
    expect(out).toContain("1 board, ");
  });

  it("checks whatever a board may lack", { timeout: 60_000 }, async () => {
    const { boardOf, boards, DEFAULT_INSTALLATION, lint } = await import("../../../grafana/index.ts");
    const { savings } = boards(DEFAULT_INSTALLATION);
    const keysIn = (value: unknown): string[] =>
      [...JSON.stringify(value).matchAll(/"(\w+)":/g)].map(([, key = ""]) => key);
    // panels that have no key of their own would only be checked again
    const keys = new Set(keysIn({ ...savings, panels: [] }));
    const panels = savings.panels.filter((panel) => {
      const fresh = keysIn(panel).filter((key) => !keys.has(key));
      for (const key of fresh) keys.add(key);
      return fresh.length > 0;
    });
    const text = JSON.stringify({ ...savings, panels });
    const wrongs = [7, "x", [], [null], {}];
    for (const [i, key] of [...keys].entries()) {
      // each key missing and null, and one of the others
      for (const wrong of [undefined, null, wrongs[i % wrongs.length]]) {
        const board = boardOf(JSON.parse(text, (name, value) => (name === key ? wrong : value)));
        if (board !== undefined) expect(() => lint([board]), `${key}: ${JSON.stringify(wrong)}`).not.toThrow();
      }
    }
  });

  it("says which file is not a board", async () => {
    await writeFile(join(folder, "x.json"), "{}");
    expect((await larder("check", "FOLDER/x.json")).err).toContain("it has no panels");
  });
});

it("larder grafana push goes through the proxy of the settings, as every command does", async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(502).end();
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  const { port } = proxy.address() as AddressInfo;
  await writeFile(join(folder, "token"), "t0ken-of-grafana\n", { mode: 0o600 });
  await writeFile(join(folder, "s.json"), JSON.stringify({ network: { proxy: `http://127.0.0.1:${port}` } }));
  const where = ["--url", "http://grafana.example.org:3000", "--token-file", "FOLDER/token", "-c", "FOLDER/s.json"];
  const { code } = await larder("push", ...where);
  await useNetwork({});
  proxy.close();
  expect(code).toBe(1);
  expect(asked[0]).toMatch(/^http:\/\/grafana\.example\.org:3000\//);
});
