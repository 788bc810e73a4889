/**
 * deploy/compose.yaml under a real container engine. It takes images from the network and ports 3000 and 8086, so it
 * runs only where LARDER_CONTAINERS=1 asks for it; its form is tested in boards.test.ts.
 */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exportFiles } from "./export.ts";
import { DEFAULT_INSTALLATION } from "./installation.ts";

const ROOT = join(import.meta.dirname, "..");
const NAMES = ["admin", "writer", "reader", "grafana"];
const missing = ((): string | undefined => {
  if (process.env["LARDER_CONTAINERS"] !== "1") return "LARDER_CONTAINERS=1 is not set";
  const works = (...words: string[]): boolean => spawnSync("docker", words, { stdio: "ignore" }).status === 0;
  if (!works("compose", "version")) return "no docker compose here";
  return works("info") ? undefined : "no container engine here";
})();

describe.skipIf(missing !== undefined)(`deploy/compose.yaml (${missing ?? "real engine"})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "larder-compose-"));
  const deploy = join(folder, "deploy");
  const compose = (...words: string[]) => spawnSync("docker", ["compose", ...words], { cwd: deploy, encoding: "utf8" });

  afterAll(() => {
    compose("down", "--volumes");
    rmSync(folder, { recursive: true, force: true });
  });

  it("comes up healthy with every board in place", { timeout: 600_000 }, async () => {
    cpSync(join(ROOT, "deploy"), deploy, { recursive: true });
    const installation = { ...DEFAULT_INSTALLATION, passwordFile: "/run/secrets/larder_reader_password" };
    for (const [path, text] of exportFiles(installation)) {
      const file = join(deploy, "boards", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    mkdirSync(join(deploy, "secrets"), { mode: 0o700 });
    chmodSync(folder, 0o700);
    for (const name of NAMES)
      writeFileSync(join(deploy, `secrets/larder_${name}_password`), randomBytes(12).toString("hex"));
    const up = compose("up", "--detach", "--wait");
    expect(up.status, up.stderr).toBe(0);
    const password = readFileSync(join(deploy, "secrets/larder_grafana_password"), "utf8");
    const headers = { authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` };
    const found = await fetch("http://127.0.0.1:3000/api/search?type=dash-db", { headers });
    expect(((await found.json()) as unknown[]).length).toBe(4);
    const source = await fetch("http://127.0.0.1:3000/api/datasources/uid/larder-influxdb/health", { headers });
    expect(source.status).toBe(200);
  });
});
