import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder, readRegularFile } from "./files.ts";

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
    await Promise.all(paths.map(async (path) => await makeFolder(path)));
    expect((await stat(join(folder, "x/y/z/w"))).isDirectory()).toBe(true);
  });

  it("syncs the folder above each new one: a journal in a folder that is gone after a power cut would be gone too", async () => {
    const synced: string[] = [];
    await makeFolder(join(folder, "p/q"), { sync: async (path) => void synced.push(path) });
    await makeFolder(join(folder, "p/q/r"), { sync: async (path) => void synced.push(path) });
    expect(synced).toEqual([folder, join(folder, "p"), join(folder, "p/q")]);
  });

  it("leaves none whose folder could not be synced, or it would be taken for one that lasts", async () => {
    const path = join(folder, "dying/a");
    const failing = async (): Promise<void> => {
      throw Object.assign(new Error("input/output error"), { code: "EIO" });
    };
    await expect(makeFolder(path, { sync: failing })).rejects.toMatchObject({ code: "EIO" });
    expect(existsSync(join(folder, "dying"))).toBe(false);
    const unreadable = async (): Promise<void> => {
      throw Object.assign(new Error("permission denied"), { code: "EACCES" });
    };
    await makeFolder(path, { sync: unreadable });
    expect((await stat(path)).isDirectory()).toBe(true);
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

it("readRegularFile() neither waits for a pipe nor reads a device, but takes what a shell hands over", async () => {
  const folder = await mkdtemp(join(tmpdir(), "larder-pipe-"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const refused = (path: string) => expect(readRegularFile(path, 100)).rejects.toMatchObject({ code: "FILE_KIND" });
  await refused(join(folder, "pipe"));
  await refused("/dev/zero");
  await refused(folder);
  await writeFile(join(folder, "large"), "x".repeat(101));
  await expect(readRegularFile(join(folder, "large"), 100)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  const script = `import { readRegularFile } from ${JSON.stringify(new URL("files.ts", import.meta.url).href)};
    process.stdout.write((await readRegularFile(process.argv[1], 100)).bytes);`;
  const node = `${process.execPath} --import tsx --input-type=module -e '${script}'`;
  const said = execFileSync("bash", ["-c", `${node} <(sleep 0.1; printf handed-over)`], { encoding: "utf8" });
  expect(said).toBe("handed-over");
  await rm(folder, { recursive: true });
});
