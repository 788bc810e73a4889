import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { originOf, type SettingKey, settingKeys, variableOf } from "../core/config/config.ts";
import { isSecretSchema } from "../core/config/secret.ts";
import { useNetwork } from "../core/http/http.ts";
import type { PrecacheFlags } from "./commands/precache/flags.ts";
import { loadPrecache } from "./commands/precache/load.ts";
import { layerOfKeyFlags } from "./flag-layer.ts";
import { larderOptions, loadSettings } from "./load-settings.ts";
import { OTHER_VARIABLES } from "./variables.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lwins-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
async function file(values: object): Promise<string> {
  const path = join(folder, `f${count++}.json`);
  await writeFile(path, JSON.stringify(values));
  return path;
}

/** What a run prints on standard error, and its result. */
async function heard<Result>(run: () => Promise<Result>): Promise<{ result: Result; err: string }> {
  let err = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
  try {
    return { result: await run(), err };
  } finally {
    spy.mockRestore();
  }
}

/** A flag of warming with the key it sets, and another value for every weaker or stronger layer. */
const FLAGS: readonly [flags: PrecacheFlags, name: string, key: string, other: unknown, said: unknown][] = [
  [{ model: ["iPad6,8"] }, "--model", "models", ["iPhone8,1"], ["iPad6,8"]],
  [{ group: ["iPad"] }, "--group", "groups", ["Mac"], ["iPad"]],
  [{ apps: ["Keynote"] }, "--apps", "apps", ["Numbers"], ["Keynote"]],
  [{ updates: ["Safari"] }, "--updates", "updates", ["Xcode"], ["Safari"]],
  [{ ipsw: ["iPad6,8"] }, "--ipsw", "firmware.models", ["Mac"], ["iPad6,8"]],
  [{ destination: "/a" }, "--destination", "firmware.destination", "/b", "/a"],
  [
    { urls: "/list" },
    "--urls",
    "catalogs",
    [{ kind: "sofa" }],
    expect.arrayContaining([expect.objectContaining({ kind: "url-list" })]),
  ],
  [
    { planFile: "/plan" },
    "--plan-file",
    "catalogs",
    [{ kind: "sofa" }],
    expect.arrayContaining([expect.objectContaining({ kind: "plan-file" })]),
  ],
  [
    { mdm: "simplemdm" },
    "--mdm",
    "devices",
    [{ kind: "by-hand", models: ["x"] }],
    [expect.objectContaining({ kind: "simplemdm" })],
  ],
  [{ os: ["26"] }, "--os", "os", ["18"], ["26"]],
  [{ newestOnly: true }, "--newest-only", "newestOnly", false, true],
  [{ betas: true }, "--betas", "betas", false, true],
  [{ deltas: "all" }, "--deltas", "deltas", "none", "all"],
  [{ exclude: ["Beta"] }, "--exclude", "exclude", ["Java"], ["Beta"]],
  [{ cacheServer: ["http://a:1"] }, "--cache-server", "servers", ["http://b:2"], ["http://a:1"]],
  [{ budget: "1 GB" }, "--budget", "budget", 2e9, 1e9],
  [{ room: "ignore" }, "--room", "room", "auto", "ignore"],
  [{ concurrency: "3" }, "--concurrency", "concurrency", 7, 3],
  [{ bandwidth: "1 MB/s" }, "--bandwidth", "bandwidth", 2e6, 1e6],
  [{ until: "06:00" }, "--until", "until", "07:00", "06:00"],
  [{ splay: "1h" }, "--splay", "splay", 60, 3600],
];

const at = (value: unknown, path: string): unknown =>
  path.split(".").reduce<unknown>((inside, key) => (inside as Record<string, unknown> | undefined)?.[key], value);
const nest = (path: string, value: unknown): object =>
  path.split(".").reduceRight<unknown>((inside, key) => ({ [key]: inside }), value) as object;

describe("a flag of larder precache", () => {
  it.each(FLAGS)(
    "%j wins over environment and file, and loses to a profile that is named",
    async (flags, name, key, other, said) => {
      const config = await file({ precache: nest(key, other) });
      const environment = {
        [variableOf(`precache.${key}`)]: typeof other === "string" ? other : JSON.stringify(other),
      };
      const weak = { environment, managedPlace: undefined };
      expect(at((await loadPrecache({ ...flags, config }, {}, weak)).options, key)).toEqual(said);

      const strong = { ...weak, managedPlace: await file({ precache: nest(key, other) }) };
      const { result, err } = await heard(async () => await loadPrecache({ ...flags, config }, {}, strong));
      expect(at(result.options, key)).toMatchObject(other as object);
      expect(err).toBe(`warning: ${name} is set by the managed profile; the flag is ignored\n`);
    },
  );
});

describe("a command line of larder precache that says what is wanted", () => {
  it.each([
    [{ urls: "/list" }, { groups: ["installer"], models: ["iPad6,8"] }, "precache.models, precache.groups"],
    [{ group: ["app"] }, { groups: ["installer"], models: ["iPad6,8"] }, "precache.models"],
    [{ urls: "/list" }, { firmware: { models: ["iPad6,8"] } }, "precache.firmware.models"],
    [{ budget: "1 GB" }, { groups: ["installer"] }, undefined],
    [{ urls: "/list" }, { concurrency: 2 }, undefined],
  ])("%j names what a profile wants beside it: %j", async (flags, precache, keys) => {
    const config = await file({ precache: { apps: ["Keynote"] } });
    const sources = { environment: {}, managedPlace: await file({ precache }) };
    const { err } = await heard(async () => await loadPrecache({ ...flags, config }, {}, sources));
    const note = `note: the managed profile wants more, which is planned too: ${keys}`;
    expect(err.split("\n").filter((line) => line.startsWith("note:"))).toEqual(keys === undefined ? [] : [note]);
  });
});

describe("--precache-config", () => {
  const plist = async (): Promise<string> => {
    const path = join(folder, "py.plist");
    await writeFile(
      path,
      `<plist><dict><key>cacheModels</key><array><string>iPad6,8</string></array><key>cacheServerURL</key><string>http://py:1</string></dict></plist>`,
    );
    return path;
  };

  it("takes the place of the file's precache part, under environment, command line and profile", async () => {
    const config = await file({ precache: { models: ["Mac1,1"], budget: "1 GB" }, server: "f" });
    const precacheConfig = await plist();
    const sources = { environment: {}, managedPlace: undefined };
    const plain = (await loadPrecache({ config, precacheConfig }, {}, sources)).options;
    expect(plain).toMatchObject({ models: ["iPad6,8"], servers: ["http://py:1"] });
    expect(plain.budget).toBeUndefined();
    const managedPlace = await file({ precache: { servers: ["http://mdm:3"] } });
    const environment = { LARDER_PRECACHE_SERVERS: "http://env:2", LARDER_PRECACHE_BUDGET: "5 GB" };
    const { options } = await loadPrecache({ config, precacheConfig }, {}, { environment, managedPlace });
    expect(options).toMatchObject({ servers: ["http://mdm:3"], budget: 5e9, models: ["iPad6,8"] });
    const flagged = await loadPrecache(
      { config, precacheConfig, cacheServer: ["http://x:4"] },
      {},
      { ...sources, environment },
    );
    expect(flagged.options.servers).toEqual(["http://x:4"]);
  });

  it("is named when a value in it is wrong", async () => {
    const path = join(folder, "wrong.plist");
    await writeFile(
      path,
      `<plist><dict><key>cacheModels</key><array><string>${"x".repeat(301)}</string></array></dict></plist>`,
    );
    const loaded = loadPrecache({ precacheConfig: path }, {}, { environment: {}, managedPlace: undefined });
    await expect(loaded).rejects.toThrow(`Cannot use the settings in "${path}": precache.models[0]: `);
  });
});

/** Values of every kind; of each key, those that its schema takes are tried. */
const VALUES: readonly unknown[] = [
  ...[false, true, 20, 30, 100, 200, "a", "b", ["a"], ["b", "c"], { a: "x" }, { a: "y" }],
  ...[
    "Europe/Berlin",
    "Asia/Tokyo",
    "* * * * *",
    "1 GB",
    "2 GB",
    "06:00",
    "07:00",
    "06:00-18:00",
    "07:00-17:00",
    "EUR",
    "USD",
    "08-01",
    "09-01",
  ],
  ...["http://a:1", "http://b:2", "en", "de", "exact", "all", ["iPad"], ["Mac"], ["http://a:1"]],
  ...[[{ kind: "sofa" }], [{ kind: "mesu" }], [{ kind: "by-hand", models: ["x"] }], [{ kind: "csv", path: "/x" }]],
  ...["x", "y"].map((name) => [{ name, type: "influx1", url: "http://h", database: "d" }]),
  ...["x", "y"].map((name) => [{ name, type: "webhook", url: "http://h" }]),
  ...[["a:1"], ["b:2"], ["clock"], ["disk"], [1], [2], [{}], [{ off: ["clock"] }]],
  ...["2026-12-23", "2026-12-24"].flatMap((day) => [[day], [{ until: `${day}T12:00:00Z` }]]),
];
/** Keys that hold only beside others. */
const BESIDE: readonly (readonly [path: RegExp, others: Readonly<Record<string, unknown>>])[] = [
  [/\.tlsCertFile$/, { tlsKeyFile: "/x" }],
  [/\.tlsKeyFile$/, { tlsCertFile: "/x" }],
  [/\.clientCaFile$/, { tlsCertFile: "/x", tlsKeyFile: "/x" }],
  [/\.daily\.to$/, { notifiers: ["a", "2026-12-24"].map((name) => ({ name, type: "webhook", url: "http://h" })) }],
];
const LAYERS = ["profile", "flag", "environment", "file"] as const;

describe("every key of every room", () => {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

  /** Two values that a key takes and tells apart. */
  async function twoValues({ path, schema }: SettingKey): Promise<[weak: unknown, strong: unknown]> {
    const files = [await file({}), await file({})];
    for (const each of files) await writeFile(each, "http://127.0.0.1:9");
    const taken = (path === "network.proxyFile" ? files : VALUES).filter((value) => schema.safeParse(value).success);
    const [weak, strong] = [taken[0], taken.at(-1)];
    // a key whose values are missing above would be tried with nothing
    if (isSecretSchema(schema)) expect(weak).not.toEqual(strong);
    else expect(schema.parse(weak)).not.toEqual(schema.parse(strong));
    return [weak, strong];
  }

  it.each(settingKeys(larderOptions))("$path: the strongest layer that sets it holds, and is named", async (key) => {
    const { path, schema } = key;
    const [weak, strong] = await twoValues(key);
    const beside = BESIDE.find(([suffix]) => suffix.test(path))?.[1];
    for (const [i, winner] of LAYERS.entries()) {
      const [profile, flag, variable, own] = LAYERS.map((kind, j) =>
        kind === winner ? strong : j > i ? weak : undefined,
      );
      const section = path.split(".")[0] ?? "";
      const filed = { ...beside, ...(own === undefined ? {} : (at(nest(path, own), section) as object)) };
      const config = await file(beside !== undefined ? { [section]: filed } : own === undefined ? {} : nest(path, own));
      const managedPlace = profile === undefined ? undefined : await file(nest(path, profile));
      const layers = [layerOfKeyFlags([{ key: path, flag: "--it", value: flag }])];
      const environment = variable === undefined ? {} : { [variableOf(path)]: text(variable) };
      const { result, err } = await heard(
        async () => await loadSettings({ config }, { managedPlace, layers, environment }),
      );
      expect(at(result.settings, path)).toEqual(schema.parse(strong));
      const name = { profile: managedPlace, flag: "--it", environment: variableOf(path), file: config }[winner];
      expect(originOf(result.origins, path)).toMatchObject({ kind: winner, name });
      expect(err).toBe(
        winner === "profile" ? "warning: --it is set by the managed profile; the flag is ignored\n" : "",
      );
    }
    await useNetwork({});
  });
});

describe("the environment", () => {
  it("has a variable of its own for every key, none of which means something else", () => {
    const keys = settingKeys(larderOptions).map(({ path }) => path);
    const variables = keys.map(variableOf);
    expect(keys.length).toBeGreaterThan(50);
    expect(new Set(variables).size).toBe(variables.length);
    for (const taken of [...OTHER_VARIABLES, "LARDER_VERDICT"]) expect(variables).not.toContain(taken);
    // as they were called before there were more
    for (const old of ["LARDER_SERVER", "LARDER_STATE_DIR", "LARDER_TIMEZONE", "LARDER_SCHEDULE"])
      expect(variables).toContain(old);
  });

  it("sets sinks and a proxy, which then hold alone", async () => {
    const config = await file({ network: { proxyFile: "/none" }, sinks: [] });
    const environment = {
      LARDER_NETWORK_PROXY: "http://127.0.0.1:9",
      LARDER_SINKS: '[{"name": "a", "type": "influx1", "url": "http://h", "database": "d"}]',
    };
    const { settings } = await loadSettings({ config }, { environment, managedPlace: undefined });
    expect(settings.network).toEqual({ proxy: "http://127.0.0.1:9" });
    expect(settings.sinks).toMatchObject([{ name: "a" }]);
    await useNetwork({});
  });
});
