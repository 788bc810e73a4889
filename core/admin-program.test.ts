/** Programs of the admin's: who could put another one in their place, on any way there is. */
import { chmod, lchown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { adminProgram } from "./admin-program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lprogram-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A program below the folder of this test, and the folders it is in. */
async function program(name: string, mode = 0o755): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, "#!/bin/sh\n");
  await chmod(path, mode);
  return path;
}

const doubtOf = async (path: string): Promise<string | undefined> => (await adminProgram(path)).doubt?.said;

describe("adminProgram()", () => {
  it("takes a program that nobody else can change, by the path it is to be started by", async () => {
    const path = await program("bin/run");
    expect(await adminProgram(path)).toEqual({ path, doubt: undefined });
    await symlink(path, join(folder, "link"));
    expect(await adminProgram(join(folder, "link"))).toEqual({ path: join(folder, "link"), doubt: undefined });
    // whatever folder it is started in
    expect(await adminProgram(relative(process.cwd(), path))).toEqual({ path, doubt: undefined });
  });

  it("takes one found on the path by where it was found, so that none before it can be put there later", async () => {
    await mkdir(join(folder, "before"));
    const path = await program("bin/larder-run");
    vi.stubEnv("PATH", [join(folder, "before"), join(folder, "bin")].join(delimiter));
    expect(await adminProgram("larder-run")).toEqual({ path, doubt: undefined });
    expect(await doubtOf("larder-walk")).toContain("on the path");
  });

  it("takes none in a folder that others can change, however far above it", async () => {
    const path = await program("a/b/c/run");
    await chmod(join(folder, "a"), 0o777);
    expect(await doubtOf(path)).toBe(`of its folder "${join(folder, "a")}", everybody may write it`);
    // in a folder with this bit, nobody else moves what is ours
    await chmod(join(folder, "a"), 0o1777);
    expect(await doubtOf(path)).toBeUndefined();
  });

  it("takes none by a link that leads where others can change what is there", async () => {
    const path = await program("open/run");
    await mkdir(join(folder, "bin"));
    await symlink(path, join(folder, "bin/run"));
    await symlink(join(folder, "open"), join(folder, "bin/folder"));
    await chmod(join(folder, "open"), 0o777);
    const said = `of its folder "${join(folder, "open")}", everybody may write it`;
    expect(await doubtOf(join(folder, "bin/run"))).toBe(said);
    expect(await doubtOf(join(folder, "bin/folder/run"))).toBe(said);
  });

  it("takes none by a link in a folder that others can change, though what it leads to is safe", async () => {
    const path = await program("bin/run");
    await mkdir(join(folder, "open"));
    await symlink(path, join(folder, "open/run"));
    await chmod(join(folder, "open"), 0o777);
    expect(await doubtOf(join(folder, "open/run"))).toContain('open", everybody may write it');
  });

  it.skipIf(process.getuid?.() !== 0)("takes none by a link of somebody else's (skipped without root)", async () => {
    const path = await program("bin/run");
    await mkdir(join(folder, "shared"));
    await chmod(join(folder, "shared"), 0o1777);
    const link = join(folder, "shared/run");
    await symlink(path, link);
    expect(await doubtOf(link)).toBeUndefined();
    await lchown(link, 12_345, 12_345);
    expect(await doubtOf(link)).toBe(`of the link "${link}", user 12345 owns it, expected root`);
  });

  it("ends with links that lead to each other", async () => {
    await symlink(join(folder, "b"), join(folder, "a"));
    await symlink(join(folder, "a"), join(folder, "b"));
    expect(await doubtOf(join(folder, "a"))).toContain("ELOOP");
  });
});
