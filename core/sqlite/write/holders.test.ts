import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileHolders, holdersByLsof, parseLsof } from "./holders.ts";
import { removeLeftovers } from "./leftovers.ts";
import { withWriteTransaction } from "./write.ts";

const LSOF = "/usr/bin/lsof";
let folder = "";
let path = "";
let name = 0;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "larder-holders-")));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A process that has the file open until `end` is called. */
async function holder() {
  const script = "require('fs').openSync(process.argv[1], 'r'); console.log('open'); process.stdin.resume()";
  const child = spawn(process.execPath, ["-e", script, path], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const end = async () => {
    child.kill();
    await once(child, "exit");
  };
  return { pid: child.pid ?? 0, end };
}

describe("fileHolders()", () => {
  it.runIf(process.platform === "linux")("sees another process that has the file open, and not ourselves", async () => {
    path = join(folder, `held${name++}.db`);
    await writeFile(path, "");
    const own = await open(path, "r");
    const other = await holder();
    expect(await fileHolders(path)).toEqual([{ pid: other.pid, name: expect.any(String) }]);
    await other.end();
    expect(await fileHolders(path)).toEqual([]);
    await own.close();
  });

  it.runIf(existsSync(LSOF))("sees the same through lsof", async () => {
    path = join(folder, `held${name++}.db`);
    await writeFile(path, "");
    const other = await holder();
    expect((await holdersByLsof(path, LSOF)).map(({ pid }) => pid)).toEqual([other.pid]);
    await other.end();
    expect(await holdersByLsof(path, LSOF)).toEqual([]);
    expect(await holdersByLsof(path, "/nowhere/lsof")).toEqual([]);
  });

  it("reads lsof's answer", () => {
    expect(parseLsof("p12\ncservermgrd\nf7\np40\ncsqlite3\n")).toEqual([
      { pid: 12, name: "servermgrd" },
      { pid: 40, name: "sqlite3" },
    ]);
  });
});

describe("withWriteTransaction(), portable", () => {
  it.runIf(process.platform === "linux")(
    "refuses while another process has the file open, and says which",
    async () => {
      path = join(folder, `held${name++}.db`);
      await writeFile(path, "");
      const other = await holder();
      const create = (busyTimeoutMs: number) =>
        withWriteTransaction(path, { engine: "portable", busyTimeoutMs }, (db) => db.run("CREATE TABLE t (a)"));
      await expect(create(100)).rejects.toMatchObject({
        code: "DB_LOCKED",
        message: expect.stringMatching(new RegExp(`process ${other.pid} .*has it open`)),
      });
      const waiting = create(10_000);
      await other.end();
      await waiting;
    },
  );
});

describe("removeLeftovers()", () => {
  it("removes what dead processes left, and nothing else", async () => {
    path = join(folder, "left.db");
    const dead = spawn(process.execPath, ["-e", ""]);
    await once(dead, "exit");
    const gone = [`${path}.${dead.pid}.0123abcd.tmp`];
    const kept = [
      `${path}.${process.pid}.0123abcd.tmp`,
      `${path}.${dead.pid}.tmp.txt`,
      `${path}2.${dead.pid}.0123abcd.tmp`,
    ];
    for (const file of [...gone, ...kept]) await writeFile(file, "");
    await removeLeftovers(path);
    expect(gone.some((file) => existsSync(file))).toBe(false);
    expect(kept.every((file) => existsSync(file))).toBe(true);
  });
});
