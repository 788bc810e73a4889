/**
 * Brings the engines the tests run against into .engines/ (or the folder $LARDER_ENGINES names, which several checkouts
 * may share): Debian's InfluxDB 1.6.7, VictoriaMetrics 1.79.5 and promtool of Prometheus 2.42.0, unpacked without root
 * and without a service, its Chromium where none is installed, and Node 22 and 24 from npm. What is there already costs nothing. Where there is no Debian it says what will be skipped.
 *
 * Ends with 1 only when this machine should have been able to bring something and could not.
 */
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
import { Apt, must, Skip } from "./apt.mjs";
import { bringChromium, CHROMIUM, isInstalled } from "./chromium.mjs";

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

/**
 * Brings everything that is missing: the packages one after another, for they share apt's lists, and all else beside them.
 * @returns {Promise<{name: string, state: "there" | "brought" | "skipped" | "failed", reason?: string}[]>}
 */
export async function bringEngines() {
  mkdirSync(enginesFolder, { recursive: true });
  const packages = async () => {
    const apt = new Apt(join(enginesFolder, ".apt"));
    const states = [];
    for (const item of PACKAGES) {
      states.push(await bringItem({ ...item, bring: (_, folder) => bringPackage(item, folder, apt) }));
    }
    if (isInstalled()) return [...states, { name: CHROMIUM.name, state: "there" }];
    return [...states, await bringItem({ ...CHROMIUM, bring: (_, folder) => bringChromium(folder, apt) })];
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

async function bringPackage({ name, version, program, alone }, folder, apt) {
  await apt.download(`${name}=${version}*`, folder);
  const file = readdirSync(folder).find((entry) => entry.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get downloaded no package of ${name}`);
  await apt.unpack(join(folder, file), folder);
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

/** The package fetches the binary of this machine in an install script, so scripts have to run. */
async function bringNode({ version }, folder) {
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts=false"];
  await must("npm", ["install", "--prefix", folder, ...flags, `node@${version}`], folder);
  await must(join(folder, "node_modules/.bin/node"), ["-v"], folder);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const results = await bringEngines();
  for (const { name, state, reason } of results) {
    console.log(`${name}: ${state}${reason === undefined ? "" : ` (${reason}); tests that need it are skipped`}`);
  }
  process.exitCode = results.some(({ state }) => state === "failed") ? 1 : 0;
}
