/**
 * Everything made for one platform, from the built program, a Node and the packages with binaries.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { exampleSettings } from "../../cli/commands/config/init.ts";
import { JOBS, type JobName } from "../../cli/commands/install/jobs.ts";
import { copyProgram } from "../../cli/commands/install/program-files.ts";
import { VERSION } from "../../core/version.ts";
import { type Entry, entriesBelow, folderEntry } from "./entries.ts";
import { flatPackage, pack } from "./flat-package.ts";
import type { Platform } from "./platforms.ts";
import { tarArchive } from "./tar.ts";

/** The name of the package's receipt on a Mac. */
export const PACKAGE_IDENTIFIER = "org.larder.core";

export interface BundleParts {
  /** The checkout, built. */
  readonly root: string;
  /** Its key in `PLATFORMS`. */
  readonly name: string;
  readonly platform: Platform;
  /** The Node program. */
  readonly node: string;
  /** Its `node_modules`. */
  readonly packages: string;
  /** The list of what it is made of. */
  readonly sbom: string;
  /** Jobs that the package starts. */
  readonly jobs: readonly JobName[];
  /** The time of every file, since 1970. */
  readonly seconds: number;
}

/** A file that is given to others. */
export interface Made {
  readonly name: string;
  readonly content: Buffer;
}

/** The tar.gz, and for a Mac the package and the munki-pkg project. */
export function makeBundle(parts: BundleParts): Made[] {
  const { name, platform, seconds } = parts;
  const folder = mkdtempSync(join(tmpdir(), "larder-bundle-"));
  try {
    copyProgram(parts, folder);
    writeFileSync(join(folder, "sbom.cdx.json"), parts.sbom);
    writeFileSync(join(folder, "deploy/larder.example.plist"), exampleSettings("plist"));
    const program = entriesBelow(folder);
    const title = `larder-${VERSION}-${name}`;
    const bundle = [folderEntry(title), ...program.map((entry) => ({ ...entry, path: `${title}/${entry.path}` }))];
    const made = [{ name: `${title}.tar.gz`, content: pack(tarArchive(bundle, seconds)) }];
    if (platform.os !== "darwin") return made;
    const payload = payloadOf(program, parts);
    const scripts = [...entriesBelow(join(parts.root, "deploy/pkg/scripts")), versionEntry()];
    const flat = flatPackage({
      identifier: PACKAGE_IDENTIFIER,
      version: VERSION,
      title: `larder ${VERSION}`,
      architecture: platform.cpu === "arm64" ? "arm64" : "x86_64",
      macos: platform.macos ?? "13.5",
      payload,
      scripts,
      seconds,
    });
    const project = munkiProject(`${title}-munkipkg`, payload, scripts);
    return [
      ...made,
      { name: `${title}.pkg`, content: flat },
      { name: `${title}-munkipkg.tar.gz`, content: pack(tarArchive(project, seconds)) },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What lies where on a Mac: the program, the jobs that were chosen, and the rotation of the logs. */
function payloadOf(program: readonly Entry[], { root, jobs }: BundleParts): Entry[] {
  const file = (path: string, from: string): Entry => {
    return { path, kind: "file", mode: 0o644, content: readFileSync(join(root, from)) };
  };
  const plists = jobs.map((job) => `${JOBS[job].label}.plist`).sort();
  return [
    ...["Library", "Library/LaunchDaemons"].map(folderEntry),
    ...plists.map((name) => file(`Library/LaunchDaemons/${name}`, `deploy/launchd/${name}`)),
    ...["private", "private/etc", "private/etc/newsyslog.d"].map(folderEntry),
    file("private/etc/newsyslog.d/org.larder.conf", "deploy/newsyslog/org.larder.conf"),
    ...["usr", "usr/local", "usr/local/larder"].map(folderEntry),
    ...program.map((entry) => ({ ...entry, path: `usr/local/larder/${entry.path}` })),
  ];
}

/** For `preinstall`, which compares it with what is installed. */
function versionEntry(): Entry {
  return { path: "version", kind: "file", mode: 0o644, content: Buffer.from(`${VERSION}\n`) };
}

/** The project that makes the same package on a Mac: `munkipkg FOLDER`. */
function munkiProject(title: string, payload: readonly Entry[], scripts: readonly Entry[]): Entry[] {
  const settings = {
    identifier: PACKAGE_IDENTIFIER,
    version: VERSION,
    name: `larder-$\{version}.pkg`,
    install_location: "/",
    ownership: "recommended",
    postinstall_action: "none",
    distribution_style: true,
    suppress_bundle_relocation: true,
    preserve_xattr: false,
  };
  const text = Buffer.from(`${JSON.stringify(settings, null, 2)}\n`);
  const below = (folder: string, entries: readonly Entry[]): Entry[] => [
    folderEntry(`${title}/${folder}`),
    ...entries.map((entry) => ({ ...entry, path: `${title}/${folder}/${entry.path}` })),
  ];
  return [
    folderEntry(title),
    { path: `${title}/build-info.json`, kind: "file", mode: 0o644, content: text },
    ...below("payload", payload),
    ...below("scripts", scripts),
  ];
}

/** Writes a file into a folder that may not be there yet. */
export function writeMade({ name, content }: Made, folder: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
