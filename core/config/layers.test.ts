import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { errorCode } from "../errors.ts";
import { environmentLayer, resolveSettings, variableOf } from "./config.ts";
import { type Layer, type LayerKind, mergeLayers, originOf } from "./layers.ts";
import { secretSchema, withFlatSecrets } from "./secret.ts";

const login = withFlatSecrets(z.strictObject({ user: z.string().optional(), password: secretSchema().optional() }));
const schema = z.strictObject({
  server: z.string().default("s"),
  days: z.number().min(1).default(7),
  on: z.boolean().default(false),
  words: z.array(z.string()).default([]),
  tags: z.record(z.string(), z.string()).default({}),
  mail: login.prefault({}),
  way: z
    .strictObject({
      proxy: z.string().optional(),
      proxyFile: z.string().optional().meta({ insteadOf: "proxy" }),
      last: z.string().optional(),
    })
    .prefault({}),
});

const layer = (kind: LayerKind, values: Layer["values"], more: Partial<Layer> = {}): Layer => ({
  kind,
  name: `the ${kind}`,
  values,
  ...more,
});

const complaint = (...layers: Layer[]): string => {
  try {
    resolveSettings(schema, layers);
    return "";
  } catch (error) {
    return `${errorCode(error)} ${(error as Error).message}`;
  }
};

describe("mergeLayers()", () => {
  it("lets the first layer win key by key, whatever their order, and remembers who said what", () => {
    const { values, origins } = mergeLayers([
      layer("file", { days: 30, tags: { a: "f", b: "f" }, words: ["f", "g"] }),
      layer("profile", { days: 7, tags: { a: "p" } }),
      layer("environment", { words: ["e"], days: 8 }),
    ]);
    expect(values).toEqual({ days: 7, tags: { a: "p", b: "f" }, words: ["e"] });
    expect(Object.entries(origins).map(([path, { kind }]) => `${path} ${kind}`)).toEqual(
      expect.arrayContaining(["days profile", "tags.a profile", "tags.b file", "words environment"]),
    );
    expect(originOf(origins, "words[0]").kind).toBe("environment");
    expect(originOf(origins, "server").kind).toBe("default");
  });

  it("takes no prototype from outside", () => {
    mergeLayers([layer("file", JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>)]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const { origins } = mergeLayers([layer("flag", { constructor: 1, toString: 2 })], schema);
    expect(originOf(origins, "constructor").name).toBe("the flag");
  });

  it("names the flags that a profile overrules, once each, but not one that says the same", () => {
    const flags = layer(
      "flag",
      { days: 3, words: ["a"], way: { proxy: "x" }, server: "same" },
      { names: { days: "--days", words: "--words", "way.proxy": "--proxy", server: "--server" } },
    );
    const profile = layer("profile", { days: 4, words: ["b", "c"], way: { proxyFile: "/p" }, server: "same" });
    const { overruled } = mergeLayers([flags, profile, layer("file", { days: 5 })], schema);
    expect(overruled.map(({ flag, by }) => [flag.name, by.kind])).toEqual([
      ["--days", "profile"],
      ["--words", "profile"],
      ["--proxy", "profile"],
    ]);
  });
});

describe("a secret over layers", () => {
  const forms = [
    { password: "text" },
    { password: { file: "/f" } },
    { password: { env: "E" } },
    { passwordFile: "/f" },
    { passwordEnv: "E" },
  ];
  const placeOf = (form: object): string => (JSON.stringify(form).includes("/f") ? 'file "/f"' : "other");

  it.each(forms.flatMap((weak) => forms.map((strong) => [weak, strong])))(
    "the stronger one holds alone: %j under %j",
    (weak, strong) => {
      const layers = [layer("file", { mail: { user: "u", ...weak } }), layer("environment", { mail: strong })];
      const { settings, origins } = resolveSettings(schema, layers);
      const alone = resolveSettings(schema, [layer("file", { mail: strong })]).settings.mail;
      expect(settings.mail.password?.origin).toBe(alone.password?.origin);
      expect(settings.mail.user).toBe("u");
      if (placeOf(strong) !== "other") expect(settings.mail.password?.origin).toBe(placeOf(strong));
      const key = Object.keys(strong)[0] ?? "";
      expect(originOf(origins, `mail.${key}`).kind).toBe("environment");
    },
  );

  it("given twice in one layer is a contradiction", () => {
    expect(complaint(layer("file", { mail: { password: "a", passwordFile: "/f" } }))).toContain("give only one of");
  });
});

describe("a complaint", () => {
  it.each<[what: string, layers: Layer[], said: string]>([
    ["a file", [layer("file", { days: 0 })], 'CONFIG_INVALID Cannot use the settings in "the file": days: it is 0'],
    [
      "a profile",
      [layer("profile", { days: 0 })],
      'CONFIG_INVALID Cannot use the managed profile "the profile": days:',
    ],
    [
      "a variable",
      [environmentLayer(schema, { LARDER_DAYS: "0" }), layer("file", { days: 5 })],
      "CONFIG_INVALID Cannot use the environment variable LARDER_DAYS: it is 0, at least 1 was expected",
    ],
    ["a flag", [layer("flag", { days: "x" }, { names: { days: "--days" } })], "USAGE Cannot use --days: it is text"],
    [
      "an unknown dictionary",
      [layer("file", { dasy: { a: 1 } }), layer("flag", { days: 1 })],
      'CONFIG_INVALID Cannot use the settings in "the file": dasy: there is no such key',
    ],
    [
      "an empty unknown dictionary",
      [layer("file", { dasy: {} })],
      'CONFIG_INVALID Cannot use the settings in "the file": dasy: there is no such key',
    ],
    [
      "several layers",
      [
        layer("flag", { days: "x" }, { names: { days: "--days" } }),
        layer("file", { sever: 1 }),
        layer("profile", { on: 1 }),
      ],
      "CONFIG_INVALID Cannot use the settings:\n    --days: it is text, a number was expected\n" +
        "    managed profile: on: it is a number, true or false was expected\n    the file: sever: there is no such key",
    ],
  ])("names the layer that is wrong: %s", (_what, layers, said) => {
    expect(complaint(...layers)).toContain(said);
  });
});

describe("environmentLayer()", () => {
  it("derives a variable of every key and reads texts, numbers, truth values, lists and dictionaries", () => {
    expect([variableOf("stateDir"), variableOf("sources.metricsDb.path")]).toEqual([
      "LARDER_STATE_DIR",
      "LARDER_SOURCES_METRICS_DB_PATH",
    ]);
    const { values } = environmentLayer(schema, {
      LARDER_SERVER: "5",
      LARDER_DAYS: "12",
      LARDER_ON: "true",
      LARDER_WORDS: "a, b",
      LARDER_TAGS: '{"region": "North"}',
      LARDER_MAIL_PASSWORD: "s",
      LARDER_WAY_PROXY: "",
      LARDER_OTHER: "x",
    });
    expect(values).toEqual({
      server: "5",
      days: 12,
      on: true,
      words: ["a", "b"],
      tags: { region: "North" },
      mail: { password: "s" },
    });
    expect(environmentLayer(schema, { LARDER_WORDS: '["a,b"]' }).values).toEqual({ words: ["a,b"] });
  });
});

it("who wins, for random layers of every key: as one reads it off the list", () => {
  // each key with values of its own; an independent oracle walks from the strongest layer down
  const keys: Record<string, fc.Arbitrary<unknown>> = {
    server: fc.string({ minLength: 1 }),
    days: fc.integer({ min: 1, max: 99 }),
    on: fc.boolean(),
    words: fc.array(fc.string(), { maxLength: 3 }),
    "tags.a": fc.string(),
    "tags.b": fc.string(),
    "mail.user": fc.string(),
    "way.last": fc.string(),
  };
  const paths = Object.keys(keys);
  const flat = fc.record(keys, { requiredKeys: [] }) as fc.Arbitrary<Record<string, unknown>>;
  const kinds: LayerKind[] = ["profile", "flag", "environment", "file"];
  const nested = (values: Record<string, unknown>): Record<string, unknown> => {
    const top: Record<string, unknown> = {};
    for (const [path, value] of Object.entries(values)) {
      const [first = "", second] = path.split(".");
      top[first] = second === undefined ? value : { ...(top[first] as object | undefined), [second]: value };
    }
    return top;
  };
  fc.assert(
    fc.property(fc.tuple(flat, flat, flat, flat), fc.shuffledSubarray(kinds, { minLength: 4 }), (given, order) => {
      const layers = order.map((kind) => layer(kind, nested(given[kinds.indexOf(kind)] ?? {})));
      const { values, origins } = mergeLayers(layers, schema);
      for (const path of paths) {
        const winner = kinds.findIndex((_, i) => given[i]?.[path] !== undefined);
        const [first = "", second] = path.split(".");
        const at = values[first] as Record<string, unknown> | undefined;
        expect(second === undefined ? at : at?.[second]).toEqual(winner < 0 ? undefined : given[winner]?.[path]);
        expect(originOf(origins, path).kind).toBe(winner < 0 ? "default" : kinds[winner]);
      }
    }),
  );
});
