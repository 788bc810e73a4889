import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "plist";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { isSecretSchema } from "../core/config/secret.ts";
import { larderOptions } from "./load-settings.ts";
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
  const quiet = { servers: [base], catalogs: [{ kind: "url-list", url: join(folder, "urls") }] };
  return [
    ...sinks.map((each) => ({ sinks: [each], precache: quiet })),
    ...devices.map((each) => ({ precache: { devices: [each], ...quiet } })),
  ];
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
  ["history"],
  ["influx", "setup"],
  ["sinks", "retry"],
  ["journal", "verify"],
  ["precache", "discover"],
  ["precache", "plan"],
  ["precache", "list", "-g", "other"],
  ["precache", "run"],
  ["precache", "report"],
];

/** Everything a command prints and leaves on the disk. */
async function traces(words: readonly string[], settings: string): Promise<string> {
  const place = await mkdtemp(join(folder, "run-"));
  const file = join(place, "settings");
  await writeFile(file, settings);
  const state = join(place, "state");
  await mkdir(state);
  await writeFile(join(folder, "urls"), "http://swcdn.apple.com/content/a.pkg\n");
  let text = "";
  for (const form of [[], ["--json"]]) {
    const { out, err } = await larderInProcess([...words, "-c", file, "--state-dir", state, ...form]);
    text += `${out}\n${err}\n`;
  }
  return text + (await contentOf(state));
}

describe("a secret of the settings", () => {
  it("is in one of the examples here, wherever a schema has one", () => {
    const marked = new Set(examples(MARKER).flatMap((each) => markedPlaces(each)));
    expect([...marked].sort()).toEqual(secretPlaces(larderOptions).sort());
  });

  it.each(COMMANDS.map((words) => [words.join(" "), words] as const))(
    "is in nothing that `%s` prints or leaves behind",
    async (_name, words) => {
      for (const settings of examples(MARKER)) {
        const text = await traces(words, JSON.stringify(settings));
        expect(text.toLowerCase()).not.toContain("hunter2");
        for (const form of FORMS) expect(text).not.toContain(form);
      }
    },
    120_000,
  );

  it("was used all the same: every InfluxDB and inventory was sent it", async () => {
    for (const settings of examples(MARKER)) {
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

  it("is in no complaint about settings that are wrong", async () => {
    const wrong = [
      ...examples(MARKER).flatMap((right) => {
        const text = JSON.stringify(right);
        return [
          text.slice(0, -1),
          text.replaceAll(`"${MARKER}"`, MARKER),
          text.replace(`"${MARKER}"`, `"${MARKER}`),
          `${text}x`,
        ];
      }),
      ...examples(MARKER).flatMap((right) => {
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
    for (const settings of wrong)
      expect((await traces(["config", "check"], settings)).toLowerCase()).not.toContain("hunter2");
  }, 60_000);
});
