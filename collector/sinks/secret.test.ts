import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSecret, type SecretContext } from "./secret.ts";

let folder: string;
let warnings: string[];
let context: SecretContext;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-secret-"));
  warnings = [];
  context = { what: 'token of sink "two"', env: { T: "from env" }, warn: (message) => warnings.push(message) };
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

describe("readSecret()", () => {
  it("reads the configuration, the environment, a file, or nothing", async () => {
    expect(await readSecret({ value: "v" }, context)).toBe("v");
    expect(await readSecret({ env: "T" }, context)).toBe("from env");
    expect(await readSecret({ file: await secretFile("x y \n") }, context)).toBe("x y ");
    expect(await readSecret({}, context)).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it("warns of a file that everybody can read", async () => {
    expect(await readSecret({ file: await secretFile("hush", 0o644) }, context)).toBe("hush");
    expect(warnings).toEqual([expect.stringMatching(/Everybody .*chmod 600/)]);
    expect(warnings.join()).not.toContain("hush");
  });

  it.each(["", "\n", "hush\nhush\n", "h".repeat(70_000)])(
    "refuses a file with no single line in it",
    async (content) => {
      const error = await readSecret({ file: await secretFile(content) }, context).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "CONFIG_SECRET" });
      expect(String(error)).not.toContain("hush");
    },
  );

  it("names what is missing", async () => {
    await expect(readSecret({ file: join(folder, "nowhere") }, context)).rejects.toThrow(
      /Cannot read the token of sink "two" from ".*nowhere": there is no such file/,
    );
    await expect(readSecret({ env: "UNSET" }, context)).rejects.toThrow(/"UNSET": it is not set/);
  });
});
