import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder } from "./files.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lfiles-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("makeFolder()", () => {
  it("makes a folder and those above it, and is content with one that is there", async () => {
    const path = join(folder, "a/b/c");
    await makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
    await makeFolder(path);
    await makeFolder("/");
  });

  it("lets many make the same folders at once", async () => {
    const paths = Array.from({ length: 40 }, (_, n) => join(folder, "x/y", n % 2 === 0 ? "z" : "z/w"));
    await Promise.all(paths.map(makeFolder));
    expect((await stat(join(folder, "x/y/z/w"))).isDirectory()).toBe(true);
  });

  it("says when a file is in the way", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(makeFolder(join(folder, "file/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  it.skipIf(!existsSync("/proc/self"))(
    "ends where a file system takes no folders (skipped without /proc)",
    async () => {
      await expect(makeFolder("/proc/larder/state")).rejects.toMatchObject({ code: "ENOENT" });
    },
  );
});
