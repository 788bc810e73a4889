/**
 * Brings the engines the tests run against into .engines/ (or the folder $LARDER_ENGINES names, which several checkouts
 * may share): Debian's InfluxDB 1.6.7, VictoriaMetrics 1.79.5 and promtool of Prometheus 2.42.0, unpacked without root
 * and without a service, and Node 22 and 24 from npm. What is there already costs nothing. Where there is no Debian it says what will be skipped.
 *
 * Ends with 1 only when this machine should have been able to bring something and could not.
 */
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = new URL("../..", import.meta.url).pathname;

/** Where the engines are. fixtures/engines.ts looks in the same place. */
export const enginesFolder = resolve(process.env["LARDER_ENGINES"] ?? join(root, ".engines"));

/** Debian packages, pinned to the upstream version of Debian 12 (its rebuilds and architectures differ in the suffix). */
const PACKAGES = [
  { name: "influxdb", version: "1.6.7", program: "usr/bin/influxd" },
  { name: "victoria-metrics", version: "1.79.5", program: "usr/bin/victoria-metrics" },
  // the server itself is not needed, and large
  { name: "prometheus", version: "2.42.0", program: "usr/bin/promtool", alone: true },
];

/** Node releases beside the one that runs this. */
const NODES = [
  { name: "node22", version: "22.23.3" },
  { name: "node24", version: "24.21.0" },
];

/** A reason why something is not brought here; not a failure. */
class Skip extends Error {}

/**
 * Brings everything that is missing: the packages one after another, for they share apt's lists, and all else beside them.
 * @returns {Promise<{name: string, state: "there" | "brought" | "skipped" | "failed", reason?: string}[]>}
 */
export async function bringEngines() {
  mkdirSync(enginesFolder, { recursive: true });
  const packages = async () => {
    const states = [];
    for (const item of PACKAGES) states.push(await bringItem({ ...item, bring: bringPackage }));
    return states;
  };
  const nodes = NODES.map((item) => bringItem({ ...item, program: "node_modules/.bin/node", bring: bringNode }));
  return (await Promise.all([packages(), ...nodes])).flat();
}

async function bringItem(item) {
  if (isThere(item)) return { name: item.name, state: "there" };
  try {
    await inPlace(item);
    return { name: item.name, state: "brought" };
  } catch (error) {
    return { name: item.name, state: error instanceof Skip ? "skipped" : "failed", reason: error.message };
  }
}

function isThere({ name, version, program }) {
  const stamp = join(enginesFolder, name, ".version");
  return existsSync(join(enginesFolder, name, program)) && existsSync(stamp) && readFileSync(stamp, "utf8") === version;
}

/** Builds in a folder of its own and renames: a run that is interrupted, or two at once, leave nothing half done. */
async function inPlace(item) {
  const temporary = mkdtempSync(join(enginesFolder, `.${item.name}-`));
  try {
    await item.bring(item, temporary);
    if (!existsSync(join(temporary, item.program))) throw new Error(`${item.program} did not come with it`);
    writeFileSync(join(temporary, ".version"), item.version);
    chmodSync(temporary, 0o755);
    const target = join(enginesFolder, item.name);
    if (isThere(item)) return;
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function bringPackage({ name, version, program, alone }, folder) {
  if (!(await has("apt-get")) || !(await has("dpkg"))) throw new Skip(`no apt-get and dpkg here (${process.platform})`);
  const pinned = `${name}=${version}*`;
  if (!(await download(pinned, folder, []))) {
    const apt = privateApt();
    const update = await run("apt-get", [...apt, "-qq", "update"]);
    if (!(await download(pinned, folder, apt))) {
      const why = `apt offers no ${name} ${version}${update.ok ? "" : `: ${lastLine(update.text)}`}`;
      throw isDebian12() ? new Error(why) : new Skip(`${why}; Debian 12 has it`);
    }
  }
  const file = readdirSync(folder).find((entry) => entry.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get downloaded no package of ${name}`);
  await must("dpkg", ["-x", file, "."], folder);
  rmSync(join(folder, file));
  if (alone === true) keepOnly(folder, program);
}

/** Leaves one program of a package. */
function keepOnly(folder, program) {
  const kept = join(folder, "kept");
  renameSync(join(folder, program), kept);
  for (const name of readdirSync(folder)) if (name !== "kept") rmSync(join(folder, name), { recursive: true });
  mkdirSync(dirname(join(folder, program)), { recursive: true });
  renameSync(kept, join(folder, program));
}

async function download(pinned, folder, apt) {
  // as root, apt would give the file to the user _apt, who may not enter the folder
  const options = ["-o", "APT::Sandbox::User=root", "-qq"];
  return (await run("apt-get", [...apt, ...options, "download", pinned], folder)).ok;
}

/** Lists and caches of our own, so that `apt-get update` needs no root and changes nothing of the system's. */
function privateApt() {
  const folder = join(enginesFolder, ".apt");
  mkdirSync(join(folder, "state/lists/partial"), { recursive: true });
  mkdirSync(join(folder, "cache/archives/partial"), { recursive: true });
  const settings = {
    "Dir::State": join(folder, "state"),
    "Dir::State::status": "/var/lib/dpkg/status",
    "Dir::Cache": join(folder, "cache"),
    "APT::Sandbox::User": "root",
  };
  return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

/** The package fetches the binary of this machine in an install script, so scripts have to run. */
async function bringNode({ version }, folder) {
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts=false"];
  await must("npm", ["install", "--prefix", folder, ...flags, `node@${version}`], folder);
  await must(join(folder, "node_modules/.bin/node"), ["-v"], folder);
}

function isDebian12() {
  if (!existsSync("/etc/os-release")) return false;
  const text = readFileSync("/etc/os-release", "utf8");
  return /^ID=debian$/m.test(text) && /^VERSION_ID="?12"?$/m.test(text);
}

async function has(program) {
  return !(await run(program, ["--version"])).missing;
}

async function must(program, args, cwd) {
  const result = await run(program, args, cwd);
  if (!result.ok) throw new Error(`${program}: ${lastLine(result.text)}`);
}

function run(program, args, cwd = root) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => {
        text += chunk;
      });
    }
    child.on("error", (error) => resolve({ ok: false, missing: error.code === "ENOENT", text: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, missing: false, text }));
  });
}

function lastLine(text) {
  return text.trim().split("\n").at(-1) ?? "";
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const results = await bringEngines();
  for (const { name, state, reason } of results) {
    console.log(`${name}: ${state}${reason === undefined ? "" : ` (${reason}); tests that need it are skipped`}`);
  }
  process.exitCode = results.some(({ state }) => state === "failed") ? 1 : 0;
}
