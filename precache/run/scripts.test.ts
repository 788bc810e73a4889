import { chmod, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProgramGuard } from "../../core/admin-program.ts";
import { errorCode } from "../../core/errors.ts";
import { runScript, summaryEnvironment } from "./scripts.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-script-"));
});

async function script(name: string, text: string, mode = 0o755): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, mode);
  return path;
}

const refusal = async (path: string, guard?: ProgramGuard): Promise<string> =>
  await runScript(path, {}, { timeoutSeconds: 5, ...(guard && { guard }) }).then(
    () => "ran",
    (error: unknown) => (errorCode(error) === "CONFIG_SCRIPT" ? String(error) : `other: ${String(error)}`),
  );

describe("runScript()", () => {
  it("hands the summary over in the environment", async () => {
    const out = join(folder, "out");
    const path = await script("env", `echo "$LARDER_PRECACHE_ENDED $LARDER_PRECACHE_EXIT_CODE" > '${out}'`);
    expect(await runScript(path, summaryEnvironment(undefined, 75), { timeoutSeconds: 5 })).toMatchObject({
      outcome: "ok",
    });
    expect((await readFile(out, "utf8")).trim()).toBe("not started 75");
  });

  it("gives it nothing of our own environment that may hold a secret", async () => {
    const out = join(folder, "all");
    const path = await script("all", `env > '${out}'`);
    const before = process.env;
    process.env = { ...before, LARDER_MDM_TOKEN: "secret-1", JAMF_PASSWORD: "secret-2", LANG: "de_CH", LC_TIME: "C" };
    try {
      await runScript(path, { LARDER_PRECACHE_WARMED: "3" }, { timeoutSeconds: 5 });
    } finally {
      process.env = before;
    }
    const names = (await readFile(out, "utf8")).split("\n").map((line) => line.split("=")[0]);
    expect(names).toEqual(expect.arrayContaining(["LANG", "LC_TIME", "PATH", "LARDER_PRECACHE_WARMED"]));
    expect(await readFile(out, "utf8")).not.toMatch(/secret|LARDER_MDM/);
  });

  it("reports the exit code and the last words of one that fails", async () => {
    const path = await script("fails", "echo no power; exit 7");
    expect(await runScript(path, {}, { timeoutSeconds: 5 })).toEqual({
      outcome: "failed",
      exitCode: 7,
      said: "no power",
    });
  });

  it("stops one that does not end", async () => {
    const path = await script("hangs", "exec sleep 30");
    const result = await runScript(path, {}, { timeoutSeconds: 0.2 });
    expect(result).toMatchObject({ outcome: "failed", exitCode: undefined });
    expect(result.said).toContain("0.2 s");
  });

  it("takes a missing script, or none, as nothing to do", async () => {
    expect((await runScript(join(folder, "not-there"), {}, { timeoutSeconds: 5 })).outcome).toBe("none");
    expect((await runScript(undefined, {}, { timeoutSeconds: 5 })).outcome).toBe("none");
  });

  it("refuses what others could have changed, and runs none of it", async () => {
    const out = join(folder, "never");
    const touch = `touch '${out}'`;
    expect(await refusal(await script("world", touch, 0o777))).toContain("everybody may write");
    expect(await refusal(await script("plain", touch, 0o644))).toContain("not executable");
    expect(await refusal(folder)).toContain("not a file");
    const group = await script("group", touch, 0o775);
    expect(await refusal(group, { uid: process.getuid?.(), trustedGroups: [] })).toContain("group");
    await mkdir(join(folder, "open"));
    await chmod(join(folder, "open"), 0o777);
    expect(await refusal(await script("open/safe", touch))).toContain('open", everybody may write');
    await chmod(join(folder, "open"), 0o1777);
    expect(await refusal(await script("open/safe", "true"))).toBe("ran");
    if (process.getuid?.() !== 0) {
      expect(await refusal(await script("mine", touch), { uid: 12_345, trustedGroups: [0] })).toContain("owns it");
    }
    await expect(readFile(out)).rejects.toThrow();
  });
});
