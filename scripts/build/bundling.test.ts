import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundling } from "./bundling.mjs";

/** What starting one command loads at once: the packages in it, and its size in bytes. */
function loadedWith(outputs: Metafile["outputs"], start: string) {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const files = new Set<string>();
  let bytes = 0;
  const take = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || seen.has(path)) return;
    seen.add(path);
    bytes += output.bytes;
    for (const input of Object.keys(output.inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (name !== undefined) packages.add(name);
      else files.add(input);
    }
    for (const { path: next, kind } of output.imports) if (kind === "import-statement") take(next);
  };
  take(start);
  return { packages: [...packages].sort(), files: [...files], bytes };
}

const ROOT = join(import.meta.dirname, "../..");

describe("a start loads what it uses, and no more", () => {
  let outputs: Metafile["outputs"] = {};
  const outdir = mkdtempSync(join(tmpdir(), "larder-bundle-"));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  beforeAll(async () => {
    const entryPoints = { larder: "cli/main.ts" };
    const built = await build({
      ...bundling,
      absWorkingDir: ROOT,
      entryPoints,
      outdir,
      metafile: true,
    });
    outputs = built.metafile?.outputs ?? {};
  });
  const chunkOf = (entry: string): string =>
    Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry) ?? "none";

  it("and finds behind a door that is taken whole what the door names", async () => {
    const doors = Object.entries(outputs).filter(([, { entryPoint = "" }]) =>
      /(^|\/)(index|(\w+)\/\3)\.ts$/.test(entryPoint),
    );
    expect(doors.map(([, { entryPoint }]) => entryPoint)).toContain("alerts/index.ts");
    for (const [path, { entryPoint, exports }] of doors) {
      const door = (await import(join(ROOT, path))) as Record<string, unknown>;
      expect(
        exports.filter((name) => door[name] === undefined),
        entryPoint,
      ).toEqual([]);
    }
  });

  it("for --help", () => {
    const { packages, bytes } = loadedWith(outputs, chunkOf("cli/main.ts"));
    expect(packages).toEqual(["commander"]);
    expect(bytes).toBeLessThan(120_000);
  });

  it("for status: nothing of what collects, ships and warms, though it comes through the same doors", () => {
    const { packages, files, bytes } = loadedWith(outputs, chunkOf("cli/commands/status/status.ts"));
    expect(packages).toEqual(
      ["commander", "get-east-asian-width", "string-width", "strip-ansi", "ansi-regex", "zod"].sort(),
    );
    expect(files).toContain("collector/health/gather.ts");
    for (const file of ["collector/collector.ts", "collector/sinks/sinks.ts", "precache/transport/connection.ts"]) {
      expect(files).not.toContain(file);
    }
    expect(bytes).toBeLessThan(545_000);
  });

  it("for collect", () => {
    const { packages, bytes } = loadedWith(outputs, chunkOf("cli/commands/collect/collect.ts"));
    expect(packages).toEqual(["commander", "zod"]);
    // zod alone was 580 kB with its locales
    expect(bytes).toBeLessThan(700_000);
  });
});
