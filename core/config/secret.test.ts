import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { LarderError } from "../errors.ts";
import { hideFromNowOn, withoutSecrets } from "../revealed.ts";
import { type RevealContext, Secret, secretSchema, withFlatSecrets } from "./secret.ts";

let folder: string;
let warnings: string[];
let context: RevealContext;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-secret-"));
  warnings = [];
  context = {
    what: 'token of sink "two"',
    env: { T: "from env" },
    warn: ({ said, next }) => warnings.push(`${said}: ${next}`),
  };
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function secretFile(content: string, mode = 0o600): Promise<string> {
  const path = join(folder, "secret");
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

describe("Secret", () => {
  it("prints, inspects and serialises as (secret), alone and inside what holds it", () => {
    const secret = new Secret({ text: "hunter2-marker" });
    const holder = { list: [secret], map: new Map([["key", secret]]) };
    const shown = [`${secret}`, JSON.stringify(holder), inspect(holder, { depth: 9, showHidden: true })];
    for (const text of shown) {
      expect(text).toContain("(secret)");
      expect(text).not.toContain("hunter2");
    }
    expect(JSON.stringify({ ...secret }) + inspect(structuredClone({ ...secret }))).not.toContain("hunter2");
  });

  it("gives the text, the variable's value, or the file's line", async () => {
    expect(await new Secret({ text: "v" }).reveal(context)).toBe("v");
    expect(await new Secret({ env: "T" }).reveal(context)).toBe("from env");
    expect(await new Secret({ file: await secretFile("x y \n") }).reveal(context)).toBe("x y ");
    expect(warnings).toEqual([]);
  });

  it("warns of a file that everybody can read", async () => {
    await new Secret({ file: await secretFile("hush", 0o644) }).reveal(context);
    expect(warnings).toEqual([expect.stringMatching(/Everybody .*chmod 600/)]);
    expect(warnings.join()).not.toContain("hush");
  });

  it.each(["", "\n", "hush\nhush\n", "h".repeat(70_000)])("refuses a file without one line in it", async (content) => {
    const reading = new Secret({ file: await secretFile(content) }).reveal(context);
    const error = await reading.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONFIG_SECRET" });
    expect(inspect(error)).not.toContain("hush");
  });

  it("names what is missing, and does not wait for a pipe", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const cases: [Secret, RegExp][] = [
      [
        new Secret({ file: join(folder, "nowhere") }),
        /the token of sink "two" from ".*nowhere": there is no such file/,
      ],
      [new Secret({ env: "UNSET" }), /"UNSET": it is not set/],
      [new Secret({ file: folder }), /it is a folder/],
      [new Secret({ file: pipe }), /it is a pipe, a file was expected/],
      [new Secret({ file: "/dev/zero" }), /it is a device or a socket, a file/],
    ];
    for (const [secret, message] of cases) await expect(secret.reveal(context)).rejects.toThrow(message);
  });

  it("is hidden in the words of others once it has been revealed", async () => {
    await new Secret({ text: "an-echoed-(token)" }).reveal(context);
    hideFromNowOn("an-echoed-(token)-longer");
    const error = new LarderError("it said: bad an-echoed-(token)", { code: "X", state: "an-echoed-(token)-longer" });
    expect([error.message, error.state]).toEqual(["it said: bad (secret)", "(secret)"]);
    expect(withoutSecrets("short words stay")).toBe("short words stay");
  });
});

describe("the schema of a secret", () => {
  const schema = withFlatSecrets(
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("a"), password: secretSchema().optional().describe("its password") }),
      z.strictObject({ kind: z.literal("b"), apiKey: secretSchema() }),
    ]),
  );
  const originOf = (value: unknown): string | undefined => {
    const parsed = schema.parse(value);
    return (parsed.kind === "a" ? parsed.password : parsed.apiKey)?.origin;
  };

  it("takes the text, a file or a variable, nested or flat", () => {
    expect(originOf({ kind: "a", password: "p" })).toBeUndefined();
    expect(originOf({ kind: "a", password: { file: "/p" } })).toBe('file "/p"');
    expect(originOf({ kind: "a", passwordFile: "/p" })).toBe('file "/p"');
    expect(originOf({ kind: "a", passwordKeychain: "k" })).toBe('keychain item "k"');
    expect(originOf({ kind: "b", apiKeyEnv: "K" })).toBe('environment variable "K"');
    expect(schema.parse({ kind: "a" })).toEqual({ kind: "a" });
  });

  it("refuses two places and other shapes, and repeats no text", () => {
    const wrong = (value: unknown): string => inspect(schema.safeParse(value).error?.issues);
    expect(wrong({ kind: "a", password: "hush", passwordFile: "/p" })).toContain(
      "only one of password and passwordFile",
    );
    for (const value of [{ file: 7 }, ["hush"], { file: "/p", env: "hush" }, 7]) {
      const issues = schema.safeParse({ kind: "b", apiKey: value }).error?.issues ?? [];
      expect(issues.map(({ message }) => message)).toEqual([expect.stringContaining("expected the secret itself")]);
    }
    expect(wrong({ kind: "b", apiKey: "" })).toContain("it is empty");
  });
});
