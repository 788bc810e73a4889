import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { settingKeys, variableOf } from "../../../core/config/config.ts";
import type { Finding } from "../../../core/finding.ts";
import { larderOptions, loadSettings } from "../../load-settings.ts";
import { larderInProcess } from "../../testing/in-process.ts";
import { parseTime } from "../../time-range.ts";
import { FIRST_COMMANDS } from "../demo/demo.ts";
import { exampleSettings } from "./init.ts";
import { showText } from "./show.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lconfig-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function load(text: string, environment = {}) {
  const path = join(folder, `c${Math.random()}`);
  await writeFile(path, text);
  return await loadSettings({ config: path }, { environment });
}

describe("loadSettings()", () => {
  it("has a default for everything", async () => {
    const { settings } = await load("{}");
    expect(settings).toMatchObject({ schedule: "* * * * *", journal: { keepDays: 400 }, sinks: [], tags: {} });
    expect(settings.server).not.toBe("");
    expect(settings.stateDir).toContain("larder");
  });

  it("lets the environment win over the file, and says where each comes from", async () => {
    const { settings, origins, path } = await load('{"server": "a", "timezone": "Europe/Berlin"}', {
      LARDER_SERVER: "b",
    });
    expect(settings).toMatchObject({ server: "b", timezone: "Europe/Berlin" });
    expect(origins).toMatchObject({ server: { kind: "environment", name: "LARDER_SERVER" }, timezone: { name: path } });
  });

  it("names what is wrong with its place and the nearest right key", async () => {
    const wrong =
      '{"sever": "a", "journal": {"keepdays": 3}, "timezone": "Berlin", "sinks": [{"name": "x", "type": "influx1", "url": "http://h", "databse": "d"}], "tags": {"server": "x"}}';
    const error = await load(wrong).then(
      () => "",
      (reason: Error) => reason.message,
    );
    for (const part of [
      'sever: there is no such key; did you mean "server"?',
      'journal.keepdays: there is no such key; did you mean "keepDays"?',
      "timezone: unknown time zone",
      'sinks[0].databse: there is no such key; did you mean "database"?',
      "tags.server:",
    ]) {
      expect(error).toContain(part);
    }
  });
});

describe("larder config check", () => {
  const sink = { name: "a", type: "influx1", url: "http://127.0.0.1:1", database: "d", username: "u" };
  const check = async (settings: unknown, environment: Readonly<Record<string, string>> = {}) => {
    const path = join(folder, "check.json");
    await writeFile(path, typeof settings === "string" ? settings : JSON.stringify(settings));
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    try {
      const text = await larderInProcess(["config", "check", "--config", path]);
      const json = await larderInProcess(["config", "check", "--config", path, "--json"]);
      const answer = JSON.parse(json.out) as { ok: boolean; path: string; findings: Finding[] };
      expect([json.code, json.err, answer.path]).toEqual([text.code, "", path]);
      return { ...answer, code: text.code, out: text.out, err: text.err, path };
    } finally {
      vi.unstubAllEnvs();
    }
  };

  it("names everything that is wrong at once, the worst first, with its layer and key", async () => {
    const open = join(folder, "open-password");
    await writeFile(open, "hush", { mode: 0o644 });
    const settings = {
      schedule: "every minute",
      journal: { keepDays: 0 },
      sinks: [
        { ...sink, databse: "d" },
        { ...sink, name: "b", passwordFile: "/none" },
        { ...sink, name: "c", passwordFile: open },
      ],
      precache: { devices: [{ kind: "simplemdm", tokenFile: "/none-either" }] },
      alerts: { daily: { schedule: "at seven" }, calendars: ["/none.ics"] },
    };
    const environment = { LARDER_SPREAD_SECONDS: "-1", LARDER_SEVER: "x" };
    const { ok, code, out, err, path, findings } = await check(settings, environment);
    expect([ok, code, err]).toEqual([false, 78, ""]);
    const bad = (id: string, where: string, said: string) =>
      expect.objectContaining({ id, level: "bad", where, said: expect.stringContaining(said) });
    const warn = (id: string, said: string) =>
      expect.objectContaining({ id, level: "warn", said: expect.stringContaining(said) });
    const expected = [
      bad("config-invalid", `${path}: journal.keepDays`, "it is 0, at least 1 was expected"),
      bad("config-invalid", `${path}: sinks[0].databse`, 'did you mean "database"?'),
      bad("config-invalid", "LARDER_SPREAD_SECONDS: spreadSeconds", "it is -1"),
      bad("config-schedule", `${path}: schedule`, 'Cannot use the schedule "every minute"'),
      bad("config-schedule", `${path}: alerts.daily.schedule`, "at seven"),
      bad("calendar-file", `${path}: alerts.calendars[0]`, 'Cannot use the calendar "/none.ics"'),
      bad("config-secret", `${path}: sinks "b"`, 'Cannot read the password of sinks "b" from "/none"'),
      bad("config-secret", `${path}: precache.devices "simplemdm"`, "/none-either"),
      warn("secret-exposed", `Everybody on this machine can read "${open}"`),
      warn("variable-mistyped", "LARDER_SEVER"),
    ];
    expect(findings).toHaveLength(expected.length);
    expect(findings).toEqual(expect.arrayContaining(expected));
    expect(findings.map(({ level }) => level)).toEqual([...findings.map(({ level }) => level)].sort());
    expect(out).toContain(`chmod 600 ${open}`);
    for (const { where } of findings) if (where) expect(out.replaceAll(/\s+/g, " ")).toContain(where);
    expect(out).not.toContain("hush");
  });

  it.each<[what: string, text: string, id: string]>([
    ["that is not JSON", "{", "config-syntax"],
    ["that is not a dictionary", "[1]", "config-syntax"],
  ])("answers with a finding for a file %s", async (_, text, id) => {
    const { ok, code, findings } = await check(text, { LARDER_SEVER: "x" });
    expect([ok, code]).toEqual([false, 78]);
    expect(findings.map((each) => each.id)).toEqual([id, "variable-mistyped"]);
  });

  it("answers with a finding for a proxy that is not one", async () => {
    const { code, findings } = await check({ network: { proxyFile: "/none" } });
    expect([code, findings]).toEqual([78, [expect.objectContaining({ id: "proxy-invalid", level: "bad" })]]);
  });

  it.each([
    ["LARDER_SEVER", "LARDER_SERVER"],
    ["LARDER_JOURNAL_KEEPDAYS", "LARDER_JOURNAL_KEEP_DAYS"],
    ["larder_timezone", "LARDER_TIMEZONE"],
    ["LARDER_MDM_TOKENS", "LARDER_MDM_TOKEN"],
  ])("warns of %s once, with the name that was meant, and goes on", async (name, meant) => {
    const { ok, code, findings } = await check({}, { [name]: "x" });
    expect([ok, code]).toEqual([true, 0]);
    const said = `nothing reads the environment variable ${name}`;
    expect(findings).toEqual([
      { id: "variable-mistyped", level: "warn", said, next: `did you mean ${meant}?`, where: null },
    ]);
  });

  it("finds nothing in variables that are read, empty or not like ours", async () => {
    const devices = [{ kind: "simplemdm", token: { env: "LARDER_MDM_TOKEN2" } }];
    const environment = { LARDER_SERVER: "x", LARDER_MDM_TOKEN2: "t", LARDER_SEVER: "", LARDER_PRECACHE_WARMED: "3" };
    expect(await check({ precache: { devices } }, environment)).toMatchObject({ ok: true, findings: [], code: 0 });
  });
});

describe("larder config show", () => {
  const sinks = [
    { name: "a", type: "influx1", url: "http://h:8086", database: "d", username: "u", password: "hunter2" },
  ];

  it("says of each value where it comes from, never what a secret is", async () => {
    const path = join(folder, "show.json");
    await writeFile(path, JSON.stringify({ sinks, timezone: "Europe/Berlin", server: "from-file" }));
    vi.stubEnv("LARDER_SERVER", "from-variable");
    const words = ["config", "show", "--config", path, "--state-dir", "/s"];
    const { out } = await larderInProcess(words);
    const json = await larderInProcess([...words, "--json"]);
    vi.unstubAllEnvs();
    expect(out).toContain(`show.json  ${path}\n`);
    for (const line of [
      /^server +from-variable +LARDER_SERVER$/m,
      /^stateDir +\/s +--state-dir$/m,
      /^timezone +Europe\/Berlin +show\.json$/m,
      /^journal\.keepDays +400 +default$/m,
      /^sinks\[0\]\.password +\(secret\) +show\.json$/m,
    ])
      expect(out).toMatch(line);
    expect(JSON.parse(json.out)).toMatchObject({
      path,
      settings: {
        server: { value: "from-variable", layer: "environment", origin: "LARDER_SERVER" },
        stateDir: { value: "/s", layer: "flag", origin: "--state-dir" },
        timezone: { value: "Europe/Berlin", layer: "file", origin: path },
        "journal.keepDays": { value: 400, layer: "default", origin: "default" },
        "sinks[0].password": { value: "(secret)", layer: "file", origin: path },
      },
    });
    expect(out + json.out).not.toContain("hunter2");
  });

  it("fits 80 columns", () => {
    const rows = settingKeys(larderOptions).map(({ path: key }) => ({
      key,
      value: "x".repeat(200),
      origin: { kind: "environment", name: variableOf(key) } as const,
    }));
    for (const line of showText(rows, 80).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("larder config init", () => {
  it.each(
    ["plist", "json"].flatMap((format) =>
      [undefined, "influx1", "influx2", "influx3", "victoriametrics"].map((sink) => [format, sink]),
    ),
  )("writes an example that config check finds right as it is: %s, sink %s", async (format, sink) => {
    const out = join(folder, `init-${format}-${sink}`);
    const words = [
      "config",
      "init",
      "--out",
      out,
      "--format",
      format ?? "",
      ...(sink === undefined ? [] : ["--sink", sink]),
    ];
    expect((await larderInProcess(words)).code).toBe(0);
    const { code, err } = await larderInProcess(["config", "check", "--config", out]);
    expect([code, err]).toEqual([0, ""]);
    const { settings } = await loadSettings({ config: out }, { environment: {} });
    // two caches set up from the same example are still two caches
    expect(settings.tags).toEqual({});
    expect(settings.server).toBe((await load("{}")).settings.server);
    expect(settings.sinks).toHaveLength(sink === undefined ? 0 : 1);
  });

  it("explains every key", () => {
    const text = exampleSettings("plist");
    for (const key of ["server", "tags", "stateDir", "schedule", "timezone", "keepDays", "sinks", "password"])
      expect(text).toContain(key);
  });

  it("knows what the demo says at its end", async () => {
    for (const line of FIRST_COMMANDS) {
      const words = line.split(" -- ")[1]?.split(" ") ?? [];
      expect(line).toMatch(/^sudo npm run -s larder -- /);
      // refused for the folder alone, which is not one: every word was understood
      const { err } = await larderInProcess([...words, "--state-dir", "/dev/null/x"]);
      expect(err).not.toMatch(/unknown|error:/);
    }
    expect(readFileSync(new URL("../../../README.md", import.meta.url), "utf8")).toContain(FIRST_COMMANDS[0]);
  });

  it("writes a file only its owner can read and never overwrites one", async () => {
    const { configInit } = await import("./init.ts");
    const out = join(folder, "new.plist");
    await configInit({ out, format: "plist" });
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    await expect(configInit({ out, format: "plist" })).rejects.toMatchObject({ code: "CONFIG_WRITE" });
    expect(await readFile(out, "utf8")).toContain("<plist");
  });
});

describe("parseTime()", () => {
  const now = Date.parse("2026-03-30T10:30:00Z");
  const iso = (text: string, zone = "Europe/Berlin"): string => new Date(parseTime(text, now, zone)).toISOString();

  it("reads what people write, in local days", () => {
    expect(iso("now")).toBe("2026-03-30T10:30:00.000Z");
    expect(iso("today")).toBe("2026-03-29T22:00:00.000Z");
    expect(iso("yesterday")).toBe("2026-03-28T23:00:00.000Z");
    expect(iso("1d")).toBe(iso("today"));
    expect(iso("2d")).toBe("2026-03-28T23:00:00.000Z");
    expect(iso("1w")).toBe(iso("7d"));
    // a day of 23 hours: what the clock on the wall shows
    expect(iso("2026-03-29T08:00")).toBe("2026-03-29T06:00:00.000Z");
    expect(iso("2026-10-25T08:00")).toBe("2026-10-25T07:00:00.000Z");
    expect(iso("90m")).toBe("2026-03-30T09:00:00.000Z");
    expect(iso("2026-01-05")).toBe("2026-01-04T23:00:00.000Z");
    expect(iso("2026-01-05T08:30")).toBe("2026-01-05T07:30:00.000Z");
    expect(iso("2026-01-05T08:30:00Z")).toBe("2026-01-05T08:30:00.000Z");
    expect(iso("2026-01-05", "Pacific/Kiritimati")).toBe("2026-01-04T10:00:00.000Z");
  });

  it("refuses what it cannot read", () => {
    for (const text of ["", "soon", "2026-13-01", "7x", "-3d", "2026-11-01T25:00", "2026-11-01T10:60"])
      expect(() => parseTime(text, now, "UTC")).toThrow(/Cannot read the time/);
  });
});
