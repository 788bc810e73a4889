import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPieces, regularFile } from "./file-pieces.ts";
import { readRegularFile } from "./files.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-kind-"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** Everything that opens a file an admin named. */
const READERS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  "readRegularFile()": async (path) => await readRegularFile(path, 100),
  "regularFile()": regularFile,
  "readPieces()": async (path) => {
    for await (const piece of readPieces(path)) return piece;
    return undefined;
  },
};

it.each(Object.entries(READERS))("%s refuses what is not a file with one code, in one form", async (_, read) => {
  const refused = async (path: string, what: string) =>
    await expect(read(path)).rejects.toMatchObject({
      name: "LarderError",
      code: "FILE_KIND",
      message: `it is ${what}, a file was expected`,
    });
  await refused(join(folder, "pipe"), "a pipe");
  await refused("/dev/zero", "a device or a socket");
  await refused(folder, "a folder");
});
