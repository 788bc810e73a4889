import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorText, LarderError } from "../errors.ts";
import { withoutSecrets } from "../revealed.ts";
import { keychainOf } from "./keychain.ts";
import { Secret } from "./secret.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-keychain-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A stand-in for `security`, which answers as macOS does and notes what it was called with. */
async function security(): Promise<string> {
  const program = join(folder, "security");
  const text = `#!/bin/sh
printf '%s\\n' "$*" >> "${folder}/calls"
case "$3" in
  influx) echo 'pass word' ;;
  empty) echo ;;
  locked) echo 'hush-hush: SecKeychainSearchCopyNext: User interaction is not allowed.' | tee /dev/stderr; exit 36 ;;
  denied) echo 'hush-hush' | tee /dev/stderr; exit 51 ;;
  asks) exec sleep 60 ;;
  *) echo 'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.' >&2; exit 44 ;;
esac
`;
  await writeFile(program, text);
  await chmod(program, 0o755);
  return program;
}

async function reveal(item: string, program: string): Promise<string> {
  const context = { what: 'password of sink "one"', keychain: keychainOf(program, item === "asks" ? 50 : 10_000) };
  return await new Secret({ keychain: item }).reveal(context);
}

async function refusalOf(item: string, program: string): Promise<LarderError> {
  const error = await reveal(item, program).catch((thrown: unknown) => thrown);
  if (!(error instanceof LarderError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe("a secret in the keychain", () => {
  it("is what security prints, asked for by name, and hidden from then on", async () => {
    expect(await reveal("influx", await security())).toBe("pass word");
    expect(await readFile(join(folder, "calls"), "utf8")).toBe("find-generic-password -s influx -w\n");
    expect(withoutSecrets("says pass word")).toBe("says (secret)");
  });

  it("says what is wrong and what to do, without a word of what security prints", async () => {
    const program = await security();
    const add = "sudo -H security add-generic-password -U -a larder -s";
    const cases: readonly (readonly [item: string, why: string, next: string])[] = [
      ["missing", "there is no such item", `${add} missing -T /usr/bin/security -w`],
      ["it's; rm", "there is no such item", `${add} 'it'\\''s; rm' -T`],
      ["empty", "it is empty", `${add} empty`],
      ["locked", "the keychain is locked", "security unlock-keychain"],
      ["denied", "access to it was denied", `${add} denied`],
      ["asks", "security did not answer", "security unlock-keychain"],
    ];
    for (const [item, why, next] of cases) {
      const error = await refusalOf(item, program);
      expect(error.message, item).toContain(
        `Cannot read the password of sink "one" from the keychain item "${item}": ${why}`,
      );
      expect(error.next, item).toContain(next);
      expect(error, item).toMatchObject({ code: "CONFIG_SECRET" });
      expect(`${errorText(error)}${String(error.cause)}`, item).not.toContain("hush");
    }
    const elsewhere = await refusalOf("influx", join(folder, "nothing"));
    expect(elsewhere.message).toContain("this computer has no keychain");
  });
});
