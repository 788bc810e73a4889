/**
 * The whole life of the Mac bundle, on Linux: the package as it was made, with this computer's Node in the place of the
 * Mac's, on an empty Mac whose commands answer as recorded and which believes that it is one. It is installed on another
 * volume and on this, collects, is examined, warms, alerts, serves, receives, is upgraded, refuses to go back, goes back,
 * is removed; what is left is what it says it leaves.
 *
 *   npm run package -- --platform darwin-arm64
 *   sudo node_modules/.bin/tsx scripts/package/mac-life.ts packages/larder-0.1.0-darwin-arm64.pkg [--short]
 *
 * Needs root (for a root folder and a network of its own), bsdtar, ip, openssl. Ends with 0 when all is as it has to be.
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { COMMANDS } from "../../cli/doctor/gather/commands.ts";
import { APPLE_HOSTS } from "../../cli/doctor/gather/hosts.ts";
import { makeMac } from "../../fixtures/mac/mac.ts";
import { certificateOf } from "../../fixtures/network/certificate.ts";
import type { LifePlan } from "./mac-life/plan.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const NEWER = "99.0.0";
const HEALTHY = join(ROOT, "fixtures/doctor/healthy-cache");

/** What else is recorded, a file for each command. */
const RECORDED = join(ROOT, "fixtures/mac/answers");
const PLACES = ["/usr/bin/log", "/usr/bin/getconf", "/usr/bin/caffeinate", "/usr/sbin/pkgutil", "/usr/bin/plutil"];
const FURTHER = ["/usr/sbin/newsyslog", "/usr/sbin/lsof", "/usr/bin/security"];

/** Settings as an MDM server sends them: a profile, no file. */
const PROFILE = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>server</key><string>mac</string>
<key>timezone</key><string>Europe/Berlin</string>
<key>schedule</key><string>*/2 * * * * *</string>
<key>sources</key><dict><key>serviceLog</key><dict><key>enabled</key><true/></dict></dict>
<key>alerts</key><dict><key>notifiers</key><array><dict><key>type</key><string>webhook</string>
<key>name</key><string>desk</string><key>urlKeychain</key><string>desk-address</string></dict></array></dict>
</dict></plist>
`;

export interface Life {
  /** A package for a Mac. */
  readonly pkg: string;
  /** The Node that takes the place of the Mac's. */
  readonly node: string;
  readonly short: boolean;
  /** Gets every line it prints. */
  readonly say: (text: string) => void;
}

/** Leads it. @returns how many steps went wrong; @throws Error where it cannot be led at all */
export async function leadMacLife({ pkg, node, short, say }: Life): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), "larder-mac-"));
  try {
    const answers: Record<string, string> = {};
    for (const name of readdirSync(RECORDED)) answers[name] = readFileSync(join(RECORDED, name), "utf8");
    for (const { file, program, args } of COMMANDS) {
      const name = [program.replace(/^.*\//, ""), ...args].join(" ");
      if (!name.startsWith("launchctl") && !name.startsWith("sw_vers"))
        answers[name] = readFileSync(join(HEALTHY, file), "utf8");
    }
    const commands = [...COMMANDS.map(({ program }) => program), ...PLACES, ...FURTHER];
    const files = { "/Library/Managed Preferences/org.larder.plist": PROFILE, "/etc/hosts": hostsFile() };
    makeMac(root, { answers, commands, files, node });
    const version = unpack(pkg, root);
    await bundleInside(root);
    const certificate = certificateOf("/O=Apple Inc./CN=Apple Server Authentication CA", "DNS:lcdn-locator.apple.com");
    writeFileSync(join(root, "mac/key.pem"), certificate.key);
    writeFileSync(join(root, "mac/cert.pem"), certificate.cert);
    certificate.remove();
    const plan: LifePlan = {
      ...{ version, newer: NEWER, short, cachePort: 49_152 },
      network: {
        nameServers: ["10.20.1.2", "10.20.1.3"],
        records: { "_aaplcache._tcp.school.example": "prs=203.0.113.16-203.0.113.31" },
        address: "10.20.1.67",
      },
      asks: [
        "AssetCacheManagerUtil -j status",
        "AssetCacheLocatorUtil -j",
        "caffeinate -i",
        "log show",
        "security find-generic-password",
        "pkgutil --forget",
      ],
    };
    writeFileSync(join(root, "mac/life.json"), JSON.stringify(plan));
    return await led(root, say);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Whether a life can be led here, and what is missing if not. */
export function macLifeLacks(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "root on Linux";
  const needed: [string, ...string[]][] = [
    ["bsdtar", "--version"],
    ["openssl", "version"],
    ["ip", "-V"],
  ];
  const missing = needed.find(([program, ...words]) => spawnSync(program, words).status !== 0);
  if (missing !== undefined) return missing[0];
  const alone = spawnSync("unshare", [
    "--mount",
    "--pid",
    "--net",
    "--fork",
    "ip",
    "link",
    "add",
    "en0",
    "type",
    "veth",
  ]);
  return alone.status === 0 ? undefined : "namespaces of its own";
}

/** Unpacks a package with libarchive, as it is and as a newer version of itself. @returns its version */
function unpack(pkg: string, root: string): string {
  const outer = join(root, "mac/xar");
  const parts = join(root, "mac/package");
  for (const folder of [outer, join(parts, "payload"), join(parts, "scripts")]) mkdirSync(folder, { recursive: true });
  must("bsdtar", "-xf", resolve(pkg), "-C", outer);
  const component = join(outer, "org.larder.core.pkg");
  must("bsdtar", "-xf", join(component, "Payload"), "-C", join(parts, "payload"));
  must("bsdtar", "-xf", join(component, "Scripts"), "-C", join(parts, "scripts"));
  const version = /pkg-info[^>]* version="([^"]*)"/.exec(readFileSync(join(component, "PackageInfo"), "utf8"))?.[1];
  if (version === undefined) throw new Error(`${pkg} has no version`);
  rmSync(outer, { recursive: true });
  const program = join(parts, "payload/usr/local/larder");
  rmSync(join(program, "libexec/node"));
  cpSync(parts, join(root, "mac/newer"), { recursive: true });
  linkSync(join(root, "mac/node"), join(program, "libexec/node"));
  for (const file of filesBelow(join(root, "mac/newer"))) {
    const text = readFileSync(file, "latin1");
    if (text.includes(`"${version}"`) || file.includes("/scripts/"))
      writeFileSync(file, text.replaceAll(version, NEWER), "latin1");
  }
  return version;
}

/** Where the version is. */
function filesBelow(parts: string): string[] {
  const program = join(parts, "payload/usr/local/larder");
  const folders = [join(parts, "scripts"), join(program, "dist"), join(program, "dist/chunks")];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((found) => found.isFile())
      .map((found) => join(folder, found.name)),
  );
  return [join(program, "package.json"), ...files];
}

/** What plays the Mac, in files of its own, with the package that brings a file along. */
async function bundleInside(root: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { life: "scripts/package/mac-life/inside.ts", launchctl: "fixtures/mac/launchctl.ts" },
    outdir: join(root, "mac"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["sql.js"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "warning",
  });
  for (const name of ["package.json", "dist/sql-wasm.js", "dist/sql-wasm.wasm"])
    cpSync(join(ROOT, "node_modules/sql.js", name), join(root, "mac/node_modules/sql.js", name));
}

const hostsFile = (): string =>
  ["localhost", "updates.cdn-apple.com", ...APPLE_HOSTS.map(({ host }) => host)]
    .map((host) => `127.0.0.1 ${host}\n`)
    .join("");

/** In namespaces of its own: processes, network and mounts end with it. */
const NAMESPACE = `set -e
mount -t proc proc "$1/proc"
mknod -m 666 "$1/dev/null" c 1 3
mknod -m 666 "$1/dev/urandom" c 1 9
ip link set lo up
ip link add en0 type veth peer name en1
ip addr add 10.20.1.67/24 dev en0
ip addr add 10.20.1.2/32 dev lo
ip addr add 10.20.1.3/32 dev lo
ip link set en0 up
ip link set en1 up
exec chroot "$1" /mac/node /mac/life.mjs`;

async function led(root: string, say: Life["say"]): Promise<number> {
  const words = ["--mount", "--pid", "--net", "--fork", "--kill-child", "sh", "-c", NAMESPACE, "sh", root];
  const child = spawn("unshare", words, { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] } });
  let wrong = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      wrong += text.match(/^WRONG/gm)?.length ?? 0;
      say(text);
    });
  }
  const code = await new Promise<number | null>((settle) => child.once("close", settle));
  return code === 0 ? wrong : Math.max(1, wrong);
}

function must(program: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}

if (process.argv[1] === import.meta.filename) {
  const { values, positionals } = parseArgs({
    options: { short: { type: "boolean", default: false }, node: { type: "string", default: process.execPath } },
    allowPositionals: true,
  });
  const lacks = macLifeLacks();
  const [pkg] = positionals;
  if (pkg === undefined || lacks !== undefined) throw new Error(`no life of a Mac here: ${lacks ?? "name a package"}`);
  const wrong = await leadMacLife({ pkg, ...values, say: (text) => void process.stdout.write(text) });
  process.exitCode = wrong === 0 ? 0 : 1;
}
