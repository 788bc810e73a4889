import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type ContentCache, startContentCache } from "../../../fixtures/content-cache/index.ts";
import { type Origin, startOrigin } from "../../../fixtures/origin/index.ts";
import { type Answer, larderInProcess, PROGRAM } from "../../testing/in-process.ts";

const files = Array.from({ length: 5 }, (_, n) => ({
  url: `https://updates.cdn-apple.com/c/${n}.zip`,
  size: 1000 * (n + 1),
}));
const slow = "https://updates.cdn-apple.com/slow/1.zip";
const later = "https://updates.cdn-apple.com/slow/2.zip";
const killed = Array.from({ length: 8 }, (_, n) => ({
  url: `https://updates.cdn-apple.com/kill/${n}.zip`,
  size: 150_000,
}));
let folder = "";
let origin: Origin;
let cache: ContentCache;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-cli-"));
  const sizes = new Map(
    [...files, ...killed, { url: slow, size: 900_000 }, { url: later, size: 950_000 }].map(({ url, size }) => [
      new URL(url).pathname,
      size,
    ]),
  );
  origin = await startOrigin({ sizes, bytesPerSecond: 600_000 });
  cache = await startContentCache({ origin: origin.url, folder: join(folder, "cache") });
  await writeFile(join(folder, "urls"), files.map(({ url, size }) => `${url} ${size}\n`).join(""));
  await writeFile(join(folder, "slow"), `${slow} 900000\n${later} 950000\n`);
});
afterAll(async () => {
  await cache.stop();
  await origin.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  cache.wipe();
});

const words = (line: string): string[] => [
  "precache",
  ...line.split(" ").map((word) => word.replace("DIR", folder).replace("CACHE", cache.url)),
];

/** Runs `larder precache …` with a state folder of its own. */
async function larder(line: string): Promise<Answer> {
  vi.stubEnv("LARDER_STATE_DIR", await mkdtemp(join(folder, "s-")));
  try {
    return await larderInProcess(words(line));
  } finally {
    vi.unstubAllEnvs();
  }
}

describe("larder precache", () => {
  it("plans, and what it prints as JSON is a plan that runs", async () => {
    const plan = await larder("plan --urls DIR/urls --cache-server CACHE --json");
    expect(plan.code).toBe(0);
    await writeFile(join(folder, "plan.json"), plan.out);
    const ran = await larder("run --plan-file DIR/plan.json --cache-server CACHE --quiet --json");
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(JSON.parse(ran.out)).toMatchObject({ verdict: "ok", summary: { warmed: 5, bytesFromOrigin: 15_000 } });
    expect(cache.usedBytes()).toBe(15_000);
  });

  it("prints the same plan as table and as CSV, and fetches nothing in a dry run", async () => {
    const table = await larder("run --urls DIR/urls --cache-server CACHE -n");
    expect(table.out).toContain("to fetch       5 files, 15.0 KB");
    const csv = await larder("plan --urls DIR/urls --cache-server CACHE --csv");
    expect(csv.out.trimEnd().split("\r\n")).toHaveLength(6);
    expect(cache.usedBytes()).toBe(0);
  });

  describe("over lists somebody else wrote", () => {
    const HOSTILE = `\u001b[31mred\u009b2J\u202eevil\u2066\r\nline\u0000\u2028${"x".repeat(10_000)}`;
    const STEERS = /(?![\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

    it("prints nothing that steers a terminal: titles, versions, builds, names and addresses", async () => {
      const plan = JSON.parse((await larder("plan --urls DIR/urls --cache-server CACHE --json")).out) as {
        items: { asset: Record<string, unknown> }[];
      };
      for (const { asset } of plan.items) {
        Object.assign(asset, { title: HOSTILE, version: HOSTILE, build: HOSTILE, models: [HOSTILE] });
      }
      plan.items.push({ asset: { ...plan.items[0]?.asset, url: `https://updates.cdn-apple.com/${HOSTILE}` } });
      await writeFile(join(folder, "hostile.json"), JSON.stringify(plan));
      await writeFile(join(folder, "hostile.csv"), `Model,OS Version\niPad12,1,"${HOSTILE}"\n"${HOSTILE}",17.1\n`);
      await writeFile(
        join(folder, "hostile-settings.json"),
        JSON.stringify({
          precache: {
            servers: [cache.url],
            catalogs: [{ kind: "plan-file", url: join(folder, "hostile.json") }],
            devices: [{ kind: "csv", path: join(folder, "hostile.csv") }],
          },
        }),
      );
      for (const line of ["list -g other", "list -g other --csv", "plan", "plan --csv", "plan --json", "run -n"]) {
        const { out, err } = await larder(`${line} --config DIR/hostile-settings.json`);
        expect(out.length + err.length, line).toBeGreaterThan(20);
        expect(STEERS.exec(out.replaceAll("\r\n", "\n"))?.[0], line).toBeUndefined();
        expect(STEERS.exec(err)?.[0], line).toBeUndefined();
      }
    });
  });

  it("ends with 3 and names the failure last when a file fails", async () => {
    await writeFile(join(folder, "bad"), `${files[0]?.url} 999\n${files[1]?.url} 2000\n`);
    const { code, out, err } = await larder("run --urls DIR/bad --cache-server CACHE");
    expect(code).toBe(3);
    expect(out).toContain("Took ");
    expect(err.trimEnd().split("\n").at(-1)?.trim()).toBe(files[0]?.url);
  });

  it("says what it did without, with --quiet too, and does nothing outside its hours", async () => {
    await writeFile(join(folder, "nothing.json"), "no plan");
    const list = join(folder, "nothing.json");
    const parts = {
      catalogs: [
        { kind: "plan-file", url: list },
        { kind: "url-list", url: join(folder, "urls") },
      ],
    };
    await writeFile(join(folder, "parts.json"), JSON.stringify({ precache: { ...parts, servers: [cache.url] } }));
    const { code, out, err } = await larder("run -q --config DIR/parts.json");
    expect([code, out.includes("Took")]).toEqual([3, true]);
    expect(err).toContain("without plan-file: ");
    cache.wipe();
    const [hour, minute] = [new Date().getHours(), new Date().getMinutes()];
    const time = (hours: number): string => `${(hour + hours) % 24}:${String(minute).padStart(2, "0")}`;
    const late = await larder(`run --urls DIR/urls --cache-server CACHE -q --until ${time(22)}`);
    expect([late.code, late.out]).toEqual([
      3,
      expect.stringMatching(/^Nothing was fetched: too late: it was to end at /),
    ]);
    const outside = await larder(`run --urls DIR/urls --cache-server CACHE -q --until ${time(2)}-${time(4)}`);
    expect(outside.out).toMatch(/^Nothing was fetched: outside its hours, /);
    expect(cache.usedBytes()).toBe(0);
    expect((await larder(`run --urls DIR/urls --cache-server CACHE -q --until ${time(22)}-${time(2)}`)).code).toBe(0);
  });

  it("takes precache.py's command line and its configuration", async () => {
    const plist = `<plist><dict><key>cacheServerURL</key><string>${cache.url.replace(/:\d+$/, "")}</string>
      <key>cacheServerPort</key><string>${cache.port}</string><key>masBaseURL</key><string>x</string></dict></plist>`;
    await writeFile(join(folder, "py.plist"), plist);
    const ran = await larder("run --precache-config DIR/py.plist --urls DIR/urls -q");
    expect([ran.code, ran.err]).toEqual([0, "masBaseURL: precache.py never used it; nor do we\n"]);
    expect(cache.usedBytes()).toBe(15_000);
    const converted = await larder("convert DIR/py.plist --json");
    expect(JSON.parse(converted.out)).toEqual({ precache: { servers: [cache.url] } });
    expect((await larder("-l -m iPad6,8")).code).toBe(2);
    expect((await larder("--version")).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("never repeats a secret it was given on the line", async () => {
    const mdm = createServer((_request, response) => response.writeHead(401).end());
    await new Promise<void>((resolve) => mdm.listen(0, "127.0.0.1", resolve));
    const { port } = mdm.address() as AddressInfo;
    const jamf = `--mdm jamf --mdm-server http://127.0.0.1:${port} --mdm-user api --mdm-password s3cret`;
    const { code, out, err } = await larder(`run ${jamf} --cache-server CACHE`);
    mdm.close();
    expect(code).toBe(1);
    expect(err).toContain("--mdm-password: every user of this computer can see it");
    expect(out + err).not.toContain("s3cret");
    const old = await larder("--mdm simplemdm --mdm-token t0ken -n --unknown");
    expect(old.out + old.err).not.toContain("t0ken");
  });

  it.each([
    ["--mdm-server http://127.0.0.1:9", "--mdm-server without --mdm"],
    ["--mdm-user api", "--mdm-user without --mdm"],
    ["--mdm-password s3cret", "--mdm-password without --mdm"],
    ["--mdm-token-file DIR/token", "--mdm-token-file without --mdm"],
    ["--mdm jamf --mdm-server http://127.0.0.1:9 --mdm-token s3cret", "--mdm-token with --mdm jamf"],
    ["--mdm simplemdm --mdm-user api --mdm-token s3cret", "--mdm-user with --mdm simplemdm"],
  ])("refuses %s, which would do nothing", async (line, why) => {
    const { code, out, err } = await larder(`run --urls DIR/urls --cache-server CACHE -n ${line}`);
    expect([code, err]).toEqual([2, expect.stringContaining(`Cannot use ${why}`)]);
    expect(out + err).not.toContain("s3cret");
  });

  it("refuses a log level it does not know, and names the known ones", async () => {
    const { code, err } = await larder("run --urls DIR/urls --cache-server CACHE -n --log-level loud");
    expect([code, err]).toEqual([2, expect.stringContaining('"loud": expected debug, info, warn, error, silent')]);
  });

  it("ends with the documented codes", async () => {
    expect((await larder("run")).code).toBe(78);
    expect((await larder("run --urls DIR/urls --concurrency 900")).code).toBe(2);
    expect((await larder("nonsense")).code).toBe(2);
    expect((await larder("run --nonsense")).code).toBe(2);
    expect((await larder("run --urls DIR/none --cache-server CACHE")).code).toBe(1);
    expect((await larder("report --days 0")).code).toBe(2);
    expect((await larder("report")).out).toBe("No run in the last 30 days.\n");
    const found = await larder("discover --cache-server CACHE");
    expect([found.code, found.out.includes("Cache to warm: ")]).toEqual([0, true]);
  });

  it("writes a workload and measures the cache with it", async () => {
    const setup = await larder("bench setup --urls DIR/urls --out DIR/bench.json --size 100KB");
    expect(setup.out).toContain("bench.json: 5 files, 15.0 KB");
    const measured = await larder(
      "bench run --workload DIR/bench.json --cache-server CACHE --sweep 1,4 --iterations 2 --json",
    );
    expect(JSON.parse(measured.out)).toMatchObject({
      rows: [
        { concurrency: 1, passes: 2, failed: 0 },
        { concurrency: 4, passes: 2, failed: 0 },
      ],
    });
  });

  it("goes on after kill -9 without fetching a finished byte again", async () => {
    const list = killed.map(({ url }) => url);
    await writeFile(join(folder, "kill"), list.map((url) => `${url} 150000\n`).join(""));
    const state = await mkdtemp(join(folder, "s-"));
    const line = `run --urls DIR/kill --cache-server CACHE --json -q --concurrency 2 --state-dir ${state}`;
    const child = spawn(process.execPath, [PROGRAM, ...words(line)]);
    const finished = async (): Promise<string[]> => {
      const warmed = await warmedLines(state);
      return list.filter((url) => warmed.includes(`"${url}"`));
    };
    await vi.waitFor(async () => expect((await finished()).length).toBeGreaterThan(2), {
      timeout: 20_000,
      interval: 20,
    });
    child.kill("SIGKILL");
    await once(child, "close");
    const before = await finished();
    expect(before.length).toBeLessThan(8);
    const { code, out } = await larder(line);
    expect([code, JSON.parse(out)]).toMatchObject([0, { summary: { failed: 0, planned: 8 } }]);
    expect((JSON.parse(out) as { summary: { cached: number } }).summary.cached).toBeGreaterThanOrEqual(before.length);
    const served = (url: string): number =>
      origin.requests.filter(({ path }) => path === new URL(url).pathname).reduce((sum, { bytes }) => sum + bytes, 0);
    for (const url of before) expect(served(url)).toBe(150_000);
    expect(cache.usedBytes()).toBe(8 * 150_000);
  });

  it("finishes the file in hand at the first Ctrl-C, and leaves it at the second", async () => {
    expect(await interrupted(1)).toMatchObject({ code: 3, summary: { warmed: 1, skipped: 1, ended: "stopped" } });
    cache.wipe();
    expect(await interrupted(2)).toMatchObject({ code: 3, summary: { warmed: 0, skipped: 2, ended: "stopped" } });
  });
});

/** What the journal says has been warmed, its committed and uncommitted lines as they are. */
async function warmedLines(state: string): Promise<string> {
  const stream = join(state, "journal", "precache");
  const names = (await readdir(stream).catch(() => [])).filter((name) => name.endsWith(".lp"));
  const texts = await Promise.all(names.map((name) => readFile(join(stream, name), "utf8")));
  return texts
    .join("")
    .split("\n")
    .filter((line) => line.includes("outcome=warmed"))
    .join("\n");
}

/** Runs the slow list one at a time as a program, and interrupts it so often once the first byte has come. */
async function interrupted(times: number): Promise<{ code: unknown; summary: unknown }> {
  const state = await mkdtemp(join(folder, "s-"));
  const line = `run --urls DIR/slow --cache-server CACHE --json --concurrency 1 --state-dir ${state}`;
  const child = spawn(process.execPath, [PROGRAM, ...words(line)]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += String(chunk);
  });
  child.stderr.on("data", (chunk) => {
    err += String(chunk);
  });
  const first = origin.requests.length;
  await vi.waitFor(() => expect(origin.requests.length).toBeGreaterThan(first), { timeout: 20_000, interval: 20 });
  for (let n = 0; n < times; n++) {
    child.kill("SIGINT");
    await vi.waitFor(() => expect(err).toContain("Finishing the files in hand"), { timeout: 5000, interval: 10 });
  }
  const [code] = await once(child, "close");
  expect((await warmedLines(state)).includes(slow)).toBe(times === 1);
  return { code, summary: (JSON.parse(out) as { summary: unknown }).summary };
}
