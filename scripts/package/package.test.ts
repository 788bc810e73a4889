import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareVersions } from "../../cli/commands/install/versions.ts";
import { VERSION } from "../../core/version.ts";
import { billOfMaterials, posixChecksum } from "./bill-of-materials.ts";
import { type Made, makeBundle, writeMade } from "./bundle.ts";
import { checkCodeSignature } from "./code-signature.ts";
import { cpioArchive } from "./cpio.ts";
import { type Entry, folderEntry } from "./entries.ts";
import { leadMacLife, macLifeLacks } from "./mac-life.ts";
import { PLATFORMS } from "./platforms.ts";
import { tarArchive } from "./tar.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SECONDS = 1_700_000_000;
const work = mkdtempSync(join(tmpdir(), "larder-package-test-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** What is not here to lead a life with; `npm test` names it. */
const lifeLacks = macLifeLacks();

/** Whether a program is here that reads what we wrote without knowing our code. */
function has(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

function output(program: string, ...words: string[]): string {
  const ran = spawnSync(program, words, { encoding: "utf8", cwd: work });
  expect(ran.stderr).toBe("");
  return ran.stdout;
}

function fileEntry(path: string, content: string | Buffer, mode = 0o644): Entry {
  return { path, kind: "file", mode, content: Buffer.from(content) };
}

describe("a bundle for a Mac, with stand-ins for Node and the packages with binaries", () => {
  let made: Made[];
  const bundle = (): Made[] => {
    const node = join(work, "node");
    writeFileSync(node, "#!/bin/sh\n", { mode: 0o755 });
    const platform = PLATFORMS["darwin-arm64"]!;
    const packages = join(work, "packages");
    for (const name of ["@napi-rs/canvas", "dejavu-fonts-ttf/ttf"])
      mkdirSync(join(packages, name), { recursive: true });
    writeFileSync(join(packages, "@napi-rs/canvas/index.js"), "");
    for (const name of ["package.json", "LICENSE", "ttf/DejaVuSans.ttf", "ttf/DejaVuSans-Bold.ttf"])
      writeFileSync(join(packages, "dejavu-fonts-ttf", name), "");
    return makeBundle({
      ...{ root: ROOT, name: "darwin-arm64", platform, node, packages, sbom: "{}" },
      ...{ jobs: ["collect", "precache"], seconds: SECONDS },
    });
  };
  const named = (end: string): Buffer => made.find(({ name }) => name.endsWith(end))!.content;
  beforeAll(() => {
    made = bundle();
    for (const each of made) writeMade(each, work);
  });

  it("is the same bytes when it is made again", () => {
    const sums = (all: readonly Made[]): string[] =>
      all.map(({ name, content }) => `${name} ${createHash("sha256").update(content).digest("hex")}`);
    expect(sums(bundle())).toEqual(sums(made));
  });

  it("brings the program, its terms, its list of parts, jobs, profiles and an example of the settings", () => {
    const top = `larder-${VERSION}-darwin-arm64`;
    const names = output("tar", "-tzf", `${top}.tar.gz`).trim().split("\n");
    for (const name of [
      ...["bin/larder", "bin/larder-daemon", "bin/larder-uninstall", "libexec/node", "dist/larder.js"],
      ...["dist/licences.txt", "LICENSE", "sbom.cdx.json", "docs/operations.md", "deploy/larder.example.plist"],
      ...["deploy/launchd/org.larder.receive.plist", "deploy/newsyslog/org.larder.conf"],
      ...["deploy/profile/larder.mobileconfig", "node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf"],
    ]) {
      expect(names).toContain(`${top}/${name}`);
    }
    expect(names.filter((name) => /\.test\.|\/\.git|compose|influx/.test(name.replace(/\/docs\/.*/, "")))).toEqual([]);
  });

  it("has a package whose parts Apple's Installer asks for, with the checksums of what is in it", () => {
    const { files, table } = unpackXar(named(".pkg"));
    expect([...files.keys()]).toEqual([
      "Distribution",
      ...["PackageInfo", "Bom", "Payload", "Scripts"].map((name) => `org.larder.core.pkg/${name}`),
    ]);
    expect(table).not.toContain("creation-time");
    const info = files.get("org.larder.core.pkg/PackageInfo")!.toString();
    const payload = readCpio(gunzipSync(files.get("org.larder.core.pkg/Payload")!));
    expect(info).toContain(`numberOfFiles="${payload.length}"`);
    expect(info).toContain(`version="${VERSION}"`);
    expect(readCpio(gunzipSync(files.get("org.larder.core.pkg/Scripts")!)).map(({ name }) => name)).toEqual([
      ".",
      "./postinstall",
      "./preinstall",
      "./version",
    ]);
    expect(info).toContain('<scripts><preinstall file="./preinstall"/><postinstall file="./postinstall"/></scripts>');
    const bill = readBom(files.get("org.larder.core.pkg/Bom")!);
    expect([...bill.keys()].sort()).toEqual(payload.map(({ name }) => name).sort());
    for (const { name, mode, content } of payload) {
      const expected = { mode, size: content.length, sum: (mode & 0o040000) === 0 ? posixChecksum(content) : 0 };
      expect(bill.get(name), name).toEqual(expected);
    }
    const jobs = payload.filter(({ name }) => name.startsWith("./Library/LaunchDaemons/"));
    expect(jobs.map(({ name }) => name.split("/").at(-1))).toEqual([
      "org.larder.collect.plist",
      "org.larder.precache.plist",
    ]);
    // what is not ours keeps its owner: Homebrew's /usr/local/bin belongs to a user
    expect(payload.map(({ name }) => name)).not.toContain("./usr/local/bin");
  });

  it.skipIf(!has("bsdtar"))("is unpacked by libarchive to the same files", () => {
    const folder = join(work, "unpacked");
    const root = join(folder, "root");
    mkdirSync(root, { recursive: true });
    output("bsdtar", "-C", folder, "-xf", `larder-${VERSION}-darwin-arm64.pkg`);
    output("bsdtar", "-C", root, "-xf", join(folder, "org.larder.core.pkg/Payload"));
    const program = join(root, "usr/local/larder/dist/larder.js");
    expect(readFileSync(program)).toEqual(readFileSync(join(ROOT, "dist/larder.js")));
    expect(existsSync(join(root, "usr/local/larder/libexec/node"))).toBe(true);
  });

  it("refuses to be put over a newer one, on any volume, and over nothing else", () => {
    const scripts = join(work, "scripts");
    mkdirSync(scripts);
    for (const { name, content } of readCpio(
      gunzipSync(unpackXar(named(".pkg")).files.get("org.larder.core.pkg/Scripts")!),
    ))
      if (name !== ".") writeFileSync(join(scripts, name), content, { mode: 0o755 });
    const volume = join(work, "Other disk");
    mkdirSync(join(volume, "usr/local/larder"), { recursive: true });
    const codeOver = (there: string, ours: string): number | null => {
      writeFileSync(
        join(volume, "usr/local/larder/package.json"),
        JSON.stringify({ name: "larder", version: there }, undefined, 2),
      );
      writeFileSync(join(scripts, "version"), `${ours}\n`);
      return spawnSync("sh", [join(scripts, "preinstall"), "/x.pkg", volume, volume, "/"]).status;
    };
    expect(readFileSync(join(scripts, "version"), "utf8")).toBe(`${VERSION}\n`);
    const versions = ["0.9.10", "0.10.0-beta.2", "0.10.0", "10.2.0"];
    for (const there of versions) {
      for (const ours of versions)
        expect(codeOver(there, ours), `${ours} over ${there}`).toBe(compareVersions(there, ours) > 0 ? 1 : 0);
    }
    expect(codeOver("what?", "1.0.0")).toBe(0);
    rmSync(volume, { recursive: true });
    expect(spawnSync("sh", [join(scripts, "preinstall"), "/x.pkg", volume, volume, "/"]).status).toBe(0);
  });

  it.skipIf(lifeLacks !== undefined)(
    "leads a whole life on a Mac, and leaves what it says it leaves",
    { timeout: 300_000 },
    async () => {
      const said: string[] = [];
      const pkg = join(work, `larder-${VERSION}-darwin-arm64.pkg`);
      const wrong = await leadMacLife({
        pkg,
        node: process.execPath,
        short: true,
        say: (text) => void said.push(text),
      });
      expect([wrong, said.join("")]).toEqual([0, expect.stringMatching(/^ok {4}the Mac is as it was before larder$/m)]);
    },
  );

  it("has a munki-pkg project with the same payload", () => {
    const names = output("tar", "-tzf", `larder-${VERSION}-darwin-arm64-munkipkg.tar.gz`);
    expect(names).toContain("munkipkg/build-info.json");
    expect(names).toContain("munkipkg/scripts/postinstall");
    expect(names).toContain("munkipkg/scripts/version");
    expect(names).toContain("munkipkg/payload/Library/LaunchDaemons/org.larder.collect.plist");
  });
});

describe("archives", () => {
  it("refuse what their headers cannot say", () => {
    const deep = fileEntry(`${"a".repeat(101)}`, "");
    expect(() => tarArchive([deep], SECONDS)).toThrow("too long");
    const link: Entry = { path: "l", kind: "link", mode: 0o755, content: Buffer.from("x".repeat(101)) };
    expect(() => tarArchive([link], SECONDS)).toThrow("too long");
    expect(() => cpioArchive([fileEntry("late", "")], 2 ** 33)).toThrow("does not fit");
    expect(() => billOfMaterials([fileEntry("usr/lost", "")], SECONDS)).toThrow("folder is missing");
  });

  it("keep long paths, links, modes and every byte, as tar reads them", () => {
    const folders = ["a".repeat(90), `${"a".repeat(90)}/${"b".repeat(50)}`].map(folderEntry);
    const long = `${folders[1]!.path}/${"c".repeat(90)}`;
    const link: Entry = { path: "link", kind: "link", mode: 0o755, content: Buffer.from("program") };
    const entries = [...folders, fileEntry(long, "deep"), fileEntry("program", Buffer.alloc(513, 7), 0o755), link];
    writeFileSync(join(work, "all.tar"), tarArchive(entries, SECONDS));
    const listed = output("tar", "--numeric-owner", "-tvf", "all.tar").trim().split("\n");
    expect(listed.map((line) => line.split(/ +/).at(0))).toEqual([
      ...["drwxr-xr-x", "drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxr-xr-x"],
    ]);
    expect(listed[2]).toContain(long);
    expect(output("tar", "-xOf", "all.tar", "program")).toBe("\u0007".repeat(513));
  });

  it("have the checksum of cksum, also of nothing", () => {
    for (const content of ["", "larder", "x".repeat(70_000)]) {
      writeFileSync(join(work, "sum"), content);
      expect(output("cksum", "sum").split(" ")[0]).toBe(String(posixChecksum(Buffer.from(content))));
    }
  });

  it("list more paths than one leaf of a bill of materials holds", () => {
    const many = Array.from({ length: 700 }, (_, index) => fileEntry(`f${String(index).padStart(4, "0")}`, "x"));
    expect([...readBom(billOfMaterials(many, SECONDS)).keys()]).toEqual([".", ...many.map(({ path }) => `./${path}`)]);
  });
});

describe("the signature of a Mac's Node", () => {
  it("names its maker, and the oldest macOS that starts it", () => {
    expect(checkCodeSignature(signedProgram())).toEqual({ team: "TEAM000001", hardened: true, macos: "13.5" });
  });

  it("notices one changed byte, and a program that is not signed or not for a Mac", () => {
    const changed = signedProgram();
    changed[5000]! ^= 1;
    expect(() => checkCodeSignature(changed)).toThrow("changed since it was signed (page 1)");
    const bare = signedProgram();
    bare.writeUInt32LE(0, 32);
    expect(() => checkCodeSignature(bare)).toThrow("not signed");
    expect(() => checkCodeSignature(Buffer.from("#!/bin/sh\n"))).toThrow("not a program");
  });
});

/** A Mach-O program of two pages and a bit, with a signature in the form of Apple's. */
function signedProgram(): Buffer {
  const code = Buffer.alloc(9000, 3);
  const pages = [0, 4096, 8192].map((at) => createHash("sha256").update(code.subarray(at, at + 4096)));
  const directory = Buffer.alloc(100 + 3 * 32);
  const numbers = [0xfade0c02, directory.length, 0x20500, 0x10000, 100, 0, 0, 3, code.length];
  for (const [index, number] of numbers.entries()) directory.writeUInt32BE(number, index * 4);
  directory.set([32, 2, 0, 12], 36);
  directory.writeUInt32BE(60, 48);
  directory.write("TEAM000001\0", 60);
  const head = Buffer.alloc(20);
  for (const [index, number] of [0xfade0cc0, 20 + directory.length, 1, 0, 20].entries())
    head.writeUInt32BE(number, index * 4);
  const header = [0xfeedfacf, 0, 0, 2, 2, 40, 0, 0];
  const signature = [0x1d, 16, code.length, head.length + directory.length];
  const build = [0x32, 24, 1, (13 << 16) | (5 << 8), 0, 0];
  for (const [index, number] of [...header, ...signature, ...build].entries()) code.writeUInt32LE(number, index * 4);
  // the header is part of what is signed
  pages[0] = createHash("sha256").update(code.subarray(0, 4096));
  for (const [index, page] of pages.entries()) page.digest().copy(directory, 100 + index * 32);
  return Buffer.concat([code, head, directory]);
}

function unpackXar(archive: Buffer): { files: Map<string, Buffer>; table: string } {
  const tableBytes = Number(archive.readBigUInt64BE(8));
  const packed = archive.subarray(28, 28 + tableBytes);
  const table = inflateSync(packed).toString();
  const heap = archive.subarray(28 + tableBytes);
  expect(heap.subarray(0, 20)).toEqual(createHash("sha1").update(packed).digest());
  const files = new Map<string, Buffer>();
  let folder = "";
  for (const [, name = "", type, length, offset, sum] of table.matchAll(
    /<name>([^<]*)<\/name><type>(\w+)<\/type>(?:(?:(?!<file|<data).)*<data><length>(\d+)<\/length><offset>(\d+)<\/offset>.*?<archived-checksum style="sha1">(\w+)<)?/g,
  )) {
    if (type === "directory") folder = `${name}/`;
    else {
      const content = heap.subarray(Number(offset), Number(offset) + Number(length));
      expect(createHash("sha1").update(content).digest("hex")).toBe(sum);
      files.set(folder + name, content);
    }
  }
  return { files, table };
}

function readCpio(archive: Buffer): { name: string; mode: number; content: Buffer }[] {
  const entries: { name: string; mode: number; content: Buffer }[] = [];
  for (let at = 0; ; ) {
    const field = (from: number, digits: number): number =>
      Number.parseInt(archive.toString("latin1", at + from, at + from + digits), 8);
    expect(field(0, 6)).toBe(0o070707);
    expect([field(24, 6), field(30, 6)]).toEqual([0, 0]);
    const [mode, nameBytes, bytes] = [field(18, 6), field(59, 6), field(65, 11)];
    const nameAt = at + 76;
    const name = archive.toString("utf8", nameAt, nameAt + nameBytes - 1);
    if (name === "TRAILER!!!") return entries;
    at = nameAt + nameBytes + bytes;
    entries.push({ name, mode, content: archive.subarray(at - bytes, at) });
  }
}

function readBom(bom: Buffer): Map<string, { mode: number; size: number; sum: number }> {
  expect(bom.toString("latin1", 0, 8)).toBe("BOMStore");
  const [indexAt, indexBytes, varsAt] = [16, 20, 24].map((at) => bom.readUInt32BE(at)) as [number, number, number];
  expect(indexAt + indexBytes).toBe(bom.length);
  const block = (number: number): Buffer => {
    const at = bom.readUInt32BE(indexAt + 4 + number * 8);
    return bom.subarray(at, at + bom.readUInt32BE(indexAt + 8 + number * 8));
  };
  const infoBytes = 5 + bom[varsAt + 8]!;
  const tree = block(bom.readUInt32BE(varsAt + 4 + infoBytes));
  let leaf = block(tree.readUInt32BE(8));
  while (leaf.readUInt16BE(0) === 0) leaf = block(leaf.readUInt32BE(12));
  const names = new Map<number, string>();
  const found = new Map<string, { mode: number; size: number; sum: number }>();
  for (;;) {
    for (let index = 0; index < leaf.readUInt16BE(2); index++) {
      const info = block(leaf.readUInt32BE(12 + index * 8));
      const file = block(leaf.readUInt32BE(16 + index * 8));
      const about = block(info.readUInt32BE(4));
      const parent = names.get(file.readUInt32BE(0));
      const name = `${parent === undefined ? "" : `${parent}/`}${file.toString("utf8", 4, file.length - 1)}`;
      names.set(info.readUInt32BE(0), name);
      found.set(name, { mode: about.readUInt16BE(4), size: about.readUInt32BE(18), sum: about.readUInt32BE(23) });
    }
    const next = leaf.readUInt32BE(4);
    if (next === 0) return found;
    leaf = block(next);
  }
}
