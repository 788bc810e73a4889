import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { build } from "plist";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { isSecretSchema } from "../core/config/secret.ts";
import { THOROUGH } from "../core/testing/runs.ts";
import { larderOptions } from "./load-settings.ts";
import { createProgram } from "./program.ts";
import { larderInProcess } from "./testing/in-process.ts";

/** No word of a message holds it, and it is long enough to be hidden. */
const MARKER = "hunter2-MARKER-hunter2";

/** The marker as it travels: as text, in a form, and in the two logins. */
const FORMS = [MARKER, ...[`u:${MARKER}`, `${MARKER}:`].map((login) => Buffer.from(login).toString("base64"))];

let folder: string;
let echo: Server;
let base: string;
/** How many requests carried the marker, as text or in a login. */
let received = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lsecrets-"));
  // a server that refuses and repeats all it was sent, as careless gateways do
  echo = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const sent = JSON.stringify(request.headers) + Buffer.concat(parts).toString("utf8");
      if (FORMS.some((form) => sent.includes(form))) received += 1;
      const said = { error: `bad ${JSON.stringify(request.headers)} ${Buffer.concat(parts).toString("utf8")}` };
      response.writeHead(401, { "content-type": "application/json" }).end(JSON.stringify(said));
    });
  });
  await new Promise<void>((done) => echo.listen(0, "127.0.0.1", done));
  await writeFile(join(folder, "hook"), `#!/bin/sh\n{ echo "$0 $*"; env; } >> '${folder}/hook.log'\n`);
  await chmod(join(folder, "hook"), 0o700);
  base = `http://127.0.0.1:${(echo.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  echo.close();
  await rm(folder, { recursive: true, force: true });
});

/** Settings that hold every secret there is, one after the other. */
function examples(secret: unknown): Record<string, unknown>[] {
  const sink = { name: "main", url: base };
  const sinks = [
    { ...sink, type: "influx1", database: "d", username: "u", password: secret },
    { ...sink, type: "influx2", org: "o", bucket: "b", token: secret },
    { ...sink, type: "victoriametrics", username: "u", password: secret },
    { ...sink, type: "victoriametrics", token: secret },
  ];
  const devices = [
    { kind: "jamf", server: base, clientId: "c", clientSecret: secret },
    { kind: "jamf", server: base, user: "u", password: secret },
    { kind: "simplemdm", base, token: secret },
    { kind: "kandji", base, token: secret },
    { kind: "mosyle", base, accessToken: secret, email: "a@example.org", password: "other-MARKER-hunter2" },
    { kind: "mosyle", base, accessToken: "other-MARKER-hunter2", email: "a@example.org", password: secret },
    { kind: "meraki", base, apiKey: secret, networks: ["n"] },
    { kind: "intune", base, loginBase: base, tenant: "t", clientId: "c", clientSecret: secret },
  ];
  const notifiers = [
    { type: "webhook", url: base, secret },
    ...["webhook", "slack", "teams", "ntfy"].map((type) => ({ type, url: secret })),
    { type: "ntfy", url: base, token: secret },
    { type: "pagerduty", routingKey: secret, url: base },
    { type: "pagerduty", routingKey: "other-MARKER-hunter2", url: secret },
    { type: "mail", host: "127.0.0.1", port: 9, from: "a@example.org", username: "u", password: secret },
  ];
  const quiet = { servers: [base], catalogs: [{ kind: "url-list", url: join(folder, "urls") }] };
  return [
    ...sinks.map((each) => ({ sinks: [each], precache: quiet })),
    ...devices.map((each) => ({ precache: { devices: [each], ...quiet } })),
    ...notifiers.map((each) => ({ alerts: { notifiers: [{ name: "main", ...each }] }, precache: quiet })),
    { alerts: { pingUrl: secret }, precache: quiet },
  ];
}

/** The same a few at a time: a sink, an inventory and a notifier in each. */
function together(secret: unknown): Record<string, unknown>[] {
  const all = examples(secret);
  const of = (name: string) => all.filter((each) => name in each);
  const [sinks, notifiers] = [of("sinks"), of("alerts")];
  const devices = of("precache").filter((each) => !("sinks" in each || "alerts" in each));
  const length = Math.max(sinks.length, devices.length, notifiers.length);
  return Array.from({ length }, (_, i) => ({ ...sinks[i], ...notifiers[i], ...devices[i] }));
}

/** Places of the secrets in a schema: `sinks[].token`, `precache.devices[].jamf.password`. */
function secretPlaces(schema: unknown, path = ""): string[] {
  if (isSecretSchema(schema)) return [path];
  if (!(schema instanceof z.ZodType)) return [];
  const def = schema.def as unknown as Record<string, unknown>;
  const inner = [def["innerType"], def["in"], def["out"]].flatMap((each) => secretPlaces(each, path));
  const element = secretPlaces(def["element"] ?? def["valueType"], `${path}[]`);
  const options = Array.isArray(def["options"]) ? def["options"].flatMap((each) => secretPlaces(each, path)) : [];
  const keys = schema instanceof z.ZodObject ? Object.entries(schema.shape) : [];
  const kind = keys.find(([, each]) => each instanceof z.ZodLiteral)?.[1] as z.ZodLiteral | undefined;
  const below = keys.flatMap(([key, each]) =>
    secretPlaces(
      each,
      [path, ...(kind === undefined ? [] : [String(kind.value)]), key].filter((part) => part !== "").join("."),
    ),
  );
  return [...new Set([...inner, ...element, ...options, ...below])];
}

/** Places where an example holds the marker, written as `secretPlaces` does. */
function markedPlaces(value: unknown, path = ""): string[] {
  if (value === MARKER) return [path];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => markedPlaces(each, `${path}[]`));
  const named = "kind" in value ? value.kind : "type" in value ? value.type : undefined;
  const kind = named === undefined ? [] : [String(named)];
  return Object.entries(value).flatMap(([key, each]) =>
    markedPlaces(each, [path, ...kind, key].filter((part) => part !== "").join(".")),
  );
}

async function contentOf(path: string): Promise<string> {
  const names = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names
    .filter((each) => each.isFile())
    .map((each) => readFile(join(each.parentPath, each.name), "latin1"));
  return (await Promise.all(files)).join("\n");
}

const COMMANDS = [
  ["config", "show"],
  ["config", "check"],
  ["collect", "--once", "--log-level", "debug"],
  ["status"],
  ["doctor"],
  ["alerts", "check"],
  ["alerts", "test", "--to", "main"],
  ["history"],
  ["clients"],
  ["influx", "setup"],
  ["sinks", "retry"],
  ["journal", "verify"],
  ["precache", "discover"],
  ["precache", "plan"],
  ["precache", "list", "-g", "other"],
  ["precache", "run"],
  ["precache", "report"],
];

/** Commands that are given no settings with secrets, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  "config init": "writes an example",
  "grafana push": "below, with its token",
  "grafana export": "below, with its password file",
  "grafana check": "reads boards alone",
  "import influx": "its login comes from a file or the environment; tried in import.test.ts",
  "import logstash": "as `import influx`",
  "precache convert": "below, with the configuration of precache.py",
  "precache bench setup": "plans as `precache plan` does",
  "precache bench run": "fetches a list of files that `bench setup` has written",
  demo: "has settings of its own",
  install: "reads of the settings where the state folder is",
  upgrade: "as `install`",
  uninstall: "as `install`",
  "receive sites check": "reads a table that holds no secret",
  report: "reads the journal as `history` does",
  serve: "runs until it is stopped; shows what `status` and `history` do",
  "precache why": "takes no settings",
};

/** Every command that does something, as it is typed. */
function leaves(command: Command, words: readonly string[] = []): [words: string, command: Command][] {
  if (command.commands.length === 0) return [[words.join(" "), command]];
  return command.commands.flatMap((below) => leaves(below, [...words, below.name()]));
}

const FORMS_OF_ANSWERS = [[], ["--json"]];

/** In `npm test` each of many settings is tried in one form of answer, and each form with half of them. */
function formsOf(n: number): string[][] {
  return THOROUGH ? FORMS_OF_ANSWERS : FORMS_OF_ANSWERS.slice(n % 2).slice(0, 1);
}

/** Everything a command prints and leaves on the disk. */
async function traces(words: readonly string[], settings: string, forms = FORMS_OF_ANSWERS): Promise<string> {
  const place = await mkdtemp(join(folder, "run-"));
  const file = join(place, "settings");
  await writeFile(file, settings);
  const state = join(place, "state");
  await mkdir(state);
  await writeFile(join(folder, "urls"), "http://swcdn.apple.com/content/a.pkg\n");
  let text = "";
  for (const form of forms) {
    const { out, err } = await larderInProcess([...words, "-c", file, "--state-dir", state, ...form]);
    text += `${out}\n${err}\n`;
  }
  return text + (await contentOf(state));
}

describe("a secret of the settings", () => {
  it("is in one of the examples here, wherever a schema has one", () => {
    const marked = new Set(examples(MARKER).flatMap((each) => markedPlaces(each)));
    expect([...marked].sort()).toEqual(secretPlaces(larderOptions).sort());
    expect(new Set(together(MARKER).flatMap((each) => markedPlaces(each)))).toEqual(marked);
  });

  it.each(COMMANDS.map((words) => [words.join(" "), words] as const))(
    "is in nothing that `%s` prints or leaves behind",
    async (_name, words) => {
      for (const [i, settings] of together(MARKER).entries()) {
        const text = await traces(words, JSON.stringify(settings), formsOf(i));
        expect(text.toLowerCase()).not.toContain("hunter2");
        for (const form of FORMS) expect(text).not.toContain(form);
      }
    },
    120_000,
  );

  it("is tried with every command there is, those of alerts apart: they read Apple's database alone", () => {
    const tried = COMMANDS.map((words) => `${words.join(" ")} `);
    const rest = leaves(createProgram())
      .map(([words]) => words)
      .filter((words) => !words.startsWith("alerts ") && !tried.some((line) => line.startsWith(`${words} `)));
    expect(rest.sort()).toEqual(Object.keys(WITHOUT).sort());
  });

  it("is asked for as the name of a file, by every flag that is shown", () => {
    const flags = leaves(createProgram()).flatMap(([, { options }]) => options.filter(({ hidden }) => !hidden));
    const secret = flags.map(({ long }) => long ?? "").filter((long) => /password|token|secret/.test(long));
    expect([...new Set(secret)].sort()).toEqual([
      "--mdm-password-file",
      "--mdm-token-file",
      "--password-file",
      "--token-file",
    ]);
  });

  it("reaches no program that a run starts, neither as a word nor in the environment", async () => {
    const before = process.env["LARDER_MDM_TOKEN"];
    process.env["LARDER_MDM_TOKEN"] = MARKER;
    try {
      const hooks = { prescript: join(folder, "hook"), postscript: join(folder, "hook") };
      const simplemdm = { kind: "simplemdm", base, token: { env: "LARDER_MDM_TOKEN" } };
      const catalogs = [{ kind: "url-list", url: join(folder, "urls") }];
      const precache = { servers: [base], catalogs, devices: [simplemdm], ...hooks };
      await traces(["precache", "run"], JSON.stringify({ precache }));
    } finally {
      if (before === undefined) delete process.env["LARDER_MDM_TOKEN"];
      else process.env["LARDER_MDM_TOKEN"] = before;
    }
    const told = await readFile(join(folder, "hook.log"), "utf8");
    expect(told).toContain("PATH=");
    expect(told).not.toContain(MARKER);
  });

  it("is not repeated where Grafana repeats it, and in no file that is exported", async () => {
    const token = join(folder, "grafana-token");
    await writeFile(token, MARKER, { mode: 0o600 });
    received = 0;
    const pushed = await larderInProcess(["grafana", "push", "--url", base, "--token-file", token]);
    expect([pushed.code, received > 0]).toEqual([1, true]);
    const out = join(folder, "boards");
    const exported = await larderInProcess(["grafana", "export", "--out", out, "--password-file", token]);
    expect(exported.code).toBe(0);
    const text = `${pushed.out}${pushed.err}${exported.out}${exported.err}${await contentOf(out)}`;
    expect(text.toLowerCase()).not.toContain("hunter2");
  });

  it.each([
    [{ mdmServer: "https://j.example.org", mdmUser: "u", mdmPassword: MARKER, mdm: "jamf" }],
    [{ mdm: "simplemdm", mdmToken: MARKER }],
  ])("is left out of what `precache convert` makes: %#", async (configuration) => {
    const path = join(folder, "precache.plist");
    await writeFile(path, build(configuration));
    for (const form of [[], ["--json"]]) {
      const { code, out, err } = await larderInProcess(["precache", "convert", path, ...form]);
      expect(code).toBe(0);
      expect(out).toContain("LARDER_MDM_");
      expect(`${out}${err}`.toLowerCase()).not.toContain("hunter2");
    }
  });

  it("was used all the same: every InfluxDB and inventory was sent it", async () => {
    for (const settings of examples(MARKER)) {
      if ("alerts" in settings) continue;
      // nothing is set up on a VictoriaMetrics, so nothing is sent to it here
      if (JSON.stringify(settings).includes("victoriametrics")) continue;
      received = 0;
      await traces(
        ["sinks" in settings ? "influx" : "precache", "sinks" in settings ? "setup" : "plan"],
        JSON.stringify(settings),
      );
      expect([received > 0, settings]).toEqual([true, settings]);
    }
  });

  it("goes nowhere else when a server redirects there", async () => {
    const reached: string[] = [];
    const elsewhere = createServer((request, response) => {
      reached.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      response.end("{}");
    });
    await new Promise<void>((done) => elsewhere.listen(0, "127.0.0.1", done));
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    let redirected = 0;
    const portal = createServer((request, response) => {
      redirected += 1;
      request.resume();
      response.writeHead(307, { location }).end();
    });
    await new Promise<void>((done) => portal.listen(0, "127.0.0.1", done));
    const there = `http://127.0.0.1:${(portal.address() as AddressInfo).port}/`;
    try {
      const url = `${there}${MARKER}`;
      const all = together(MARKER).map((each) =>
        JSON.stringify(each).replaceAll(base, there).replaceAll(`"url":"${MARKER}`, `"url":"${url}`),
      );
      for (const settings of [...all, JSON.stringify({ alerts: { pingUrl: url } })]) {
        const lines = [
          "collect --once",
          "influx setup --apply",
          "alerts check",
          "alerts test --to main",
          "precache plan",
        ];
        for (const line of lines) await traces(line.split(" "), settings, [[]]);
      }
      const token = join(folder, "grafana-token");
      await writeFile(token, MARKER, { mode: 0o600 });
      await larderInProcess(["grafana", "push", "--url", there, "--token-file", token]);
    } finally {
      portal.closeAllConnections();
      elsewhere.closeAllConnections();
      portal.close();
      elsewhere.close();
    }
    expect(redirected).toBeGreaterThanOrEqual(15);
    // a cache that is warmed may name where its files are: what is asked there is a file and carries nothing
    expect(reached.filter((each) => /hunter2|authorization|cookie|x-api|x-cisco/i.test(each))).toEqual([]);
    expect(reached.filter((each) => !each.includes("/content/a.pkg"))).toEqual([]);
  }, 120_000);

  it("is in no complaint about settings that are wrong", async () => {
    const wrong = [
      ...together(MARKER).flatMap((right) => {
        const text = JSON.stringify(right);
        return [
          text.slice(0, -1),
          text.replaceAll(`"${MARKER}"`, MARKER),
          text.replace(`"${MARKER}"`, `"${MARKER}`),
          `${text}x`,
        ];
      }),
      ...together(MARKER).flatMap((right) => {
        const text = build(right as never);
        return [
          text,
          text.replace(`<string>${MARKER}</string>`, `<string>${MARKER}</strng>`),
          text.replace(MARKER, `<${MARKER}>`),
          text.replace(MARKER, `&${MARKER};`),
          text.replace("</plist>", ""),
        ];
      }),
      ...[
        [MARKER],
        { text: MARKER },
        { file: { env: MARKER } },
        { env: "A", file: "B", [MARKER.slice(0, 7)]: 1 },
      ].flatMap((secret) => examples(secret).map((each) => JSON.stringify(each))),
      ...examples(MARKER).map((right) => JSON.stringify({ ...right, sever: "x" })),
      ...examples(MARKER).map((right) =>
        JSON.stringify(right).replace(/"(password|token|accessToken|clientSecret|apiKey)":/, '"$1s":'),
      ),
    ];
    for (const [i, settings] of wrong.entries()) {
      expect((await traces(["config", "check"], settings, formsOf(i))).toLowerCase()).not.toContain("hunter2");
    }
  }, 60_000);
});
