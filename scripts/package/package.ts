/**
 * Makes what is given to Macs that have no Node: for each kind of Mac a tar.gz, a package for Apple's Installer and the
 * munki-pkg project that builds the same on a Mac; for Linux a tar.gz. Run it after `npm ci`.
 *
 *   npm run package                                            all platforms
 *   npm run package -- --platform darwin-arm64                 one of them
 *   npm run package -- --platform darwin-arm64 --node FILE     with this Node program instead of the pinned one
 *                                                              (--any-team: signed by anybody)
 *   npm run package -- --jobs collect,precache                 jobs that the package starts (collect)
 *
 * They come to packages/ (--out FOLDER), with SHA256SUMS. The time of every file is that of the newest commit, or
 * SOURCE_DATE_EPOCH.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { jobNames } from "../../cli/commands/install/jobs.ts";
import { type Made, makeBundle, writeMade } from "./bundle.ts";
import { checkCodeSignature } from "./code-signature.ts";
import { fetchNode, fetchPackages } from "./fetch.ts";
import { PLATFORMS } from "./platforms.ts";
import { sbom } from "./sbom.ts";

const ROOT = resolve(import.meta.dirname, "../..");
/** Who signs the Node of nodejs.org. */
const NODE_TEAM = "HX7739G8FX";

const { values } = parseArgs({
  options: {
    platform: { type: "string", multiple: true, default: Object.keys(PLATFORMS) },
    node: { type: "string" },
    "any-team": { type: "boolean", default: false },
    jobs: { type: "string", default: "collect" },
    out: { type: "string", default: join(ROOT, "packages") },
  },
});
if (values.node !== undefined && values.platform.length !== 1) throw new Error("--node needs one --platform");

execFileSync(process.execPath, [join(ROOT, "scripts/build/build.mjs")], { stdio: "inherit" });
const seconds = releaseSeconds();
const sums: string[] = [];
for (const name of values.platform) {
  for (const made of bundleOf(name)) {
    writeMade(made, values.out);
    sums.push(`${createHash("sha256").update(made.content).digest("hex")}  ${made.name}`);
    console.log(`${(made.content.length / 1e6).toFixed(1).padStart(7)} MB  ${join(values.out, made.name)}`);
  }
}
writeMade({ name: "SHA256SUMS", content: Buffer.from(`${sums.join("\n")}\n`) }, values.out);

function bundleOf(name: string): Made[] {
  const platform = PLATFORMS[name];
  if (platform === undefined) throw new Error(`no platform ${name}: ${Object.keys(PLATFORMS).join(", ")}`);
  const folder = mkdtempSync(join(tmpdir(), "larder-package-"));
  try {
    const node = values.node ?? fetchNode(platform, join(folder, "node"));
    const content = readFileSync(node);
    if (platform.os === "darwin") {
      const { team, macos, hardened } = checkCodeSignature(content);
      console.log(`node for ${name}: signed by ${team}, unchanged, macOS ${macos} and later`);
      if (!hardened || (team !== NODE_TEAM && !values["any-team"]))
        throw new Error(`the Node for ${name} is not that of nodejs.org`);
    }
    const packages = fetchPackages(platform, ROOT, join(folder, "packages"));
    const list = sbom({ root: ROOT, seconds, node: { version: platform.node.version, content } });
    return makeBundle({
      ...{ root: ROOT, name, platform, node, packages, seconds, sbom: list },
      jobs: jobNames(values.jobs.split(",")),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function releaseSeconds(): number {
  const set = process.env["SOURCE_DATE_EPOCH"];
  const text = set ?? execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: ROOT, encoding: "utf8" }).trim();
  const seconds = Number(text);
  if (!Number.isSafeInteger(seconds) || seconds <= 0) throw new Error(`"${text}" is not a time in seconds since 1970`);
  return seconds;
}
