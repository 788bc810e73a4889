/**
 * The life of larder on a Mac, led inside the stand-in Mac (`fixtures/mac/`): runs as its first program, plays launchd,
 * the cache and the network, and leads larder through all that happens to it from the first package to its removal.
 *
 * @module
 */
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { type ContentCache, startContentCache } from "../../../fixtures/content-cache/index.ts";
import { Launchd } from "../../../fixtures/mac/launchd.ts";
import { startNetwork } from "../../../fixtures/mac/network.ts";
import { BELIEVE_DARWIN, CALLS, LAUNCHD_SOCKET, STAND_INS } from "../../../fixtures/mac/places.ts";
import { startOrigin } from "../../../fixtures/origin/index.ts";
import type { LifePlan } from "./plan.ts";
import { Steps, type Wanted } from "./steps.ts";
import { differences, treeOf } from "./tree.ts";

const CACHE = "/Library/Application Support/Apple/AssetCache";
const STATE = "/Library/Application Support/larder";
const LARDER = "/usr/local/bin/larder";
/** What belongs to the stand-ins, to the kernel and to Apple's cache. */
const NOT_COMPARED = [STAND_INS, "/proc", "/dev", CACHE];
/** As a package or a daemon of the system finds it with nobody logged in: no home, no user, no terminal. */
const steps = new Steps({ PATH: "/usr/bin:/bin:/usr/sbin:/sbin", ...BELIEVE_DARWIN });
/** What the nightly run is to fetch. */
const WISHES =
  '<plist version="1.0"><dict><key>precache</key><dict><key>groups</key><array><string>installer</string></array></dict></dict></plist>';
const plan = JSON.parse(readFileSync(`${STAND_INS}/life.json`, "utf8")) as LifePlan;

const launchd = new Launchd(BELIEVE_DARWIN);
await launchd.listen(LAUNCHD_SOCKET);
const origin = await startOrigin();
const cache = await startContentCache({ origin: origin.url, folder: CACHE, port: plan.cachePort });
const endNetwork = await startNetwork({
  ...plan.network,
  ...{ cachePort: plan.cachePort, originPort: origin.port },
  key: readFileSync(`${STAND_INS}/key.pem`),
  cert: readFileSync(`${STAND_INS}/cert.pem`),
});
const notices: string[] = [];
const hook = createServer((request, response) => {
  void text(request).then((body) => {
    notices.push(`${request.url} ${body}`);
    response.end("{}");
  });
}).listen(9999, "127.0.0.1");
cache.counters.add("BYTESFROMORIGINTOCLIENT", 5_000_000);
cache.flush();

try {
  await life(cache);
} finally {
  launchd.stop();
  hook.close();
  endNetwork();
  await cache.stop();
  await origin.stop();
}
process.exit(steps.wrong === 0 ? 0 : 1);

async function life(apple: ContentCache): Promise<void> {
  const before = treeOf("/", NOT_COMPARED);
  await onAnotherVolume(before);
  await install("package", "the package is installed, and its collector makes a pass", "/");
  expectLoaded(namesIn(join(STAND_INS, "package/payload/Library/LaunchDaemons")));
  await steps.run("the profile is seen", [LARDER, "config", "check"], { prints: /Managed Preferences.*all right/ });
  await doctorIsContent();
  await warms(apple);
  if (!plan.short) {
    await everyJob(apple);
    await selfTest();
  }
  await upgrades();
  if (!plan.short) await nightly();
  await refusesOlder();
  await goes(before);
  checkCalls();
}

/** What the Installer does with a package. @returns the exit code of the script that failed */
async function install(folder: string, what: string, volume: string, wanted: Wanted = {}): Promise<void> {
  const parts = join(STAND_INS, folder);
  // package, target, volume, root
  const words = [`${parts}.pkg`, volume, volume, "/"] as const;
  const script = (name: string): [string, ...string[]] => [join(parts, "scripts", name), ...words];
  const { code = 0, prints = /(?:)/ } = wanted;
  const first = await steps.run(`${what}: preinstall`, script("preinstall"), { code, prints });
  if (first.code !== 0) return;
  cpSync(join(parts, "payload"), volume, { recursive: true, filter: (from) => !from.endsWith("/libexec/node") });
  const node = "usr/local/larder/libexec/node";
  mkdirSync(dirname(join(volume, node)), { recursive: true });
  rmSync(join(volume, node), { force: true });
  linkSync(join(STAND_INS, "node"), join(volume, node));
  await steps.run(what, script("postinstall"), { prints: volume === "/" ? /it made one after/ : /^$/ });
}

/** Nothing is started there, and nothing outside it is touched. */
async function onAnotherVolume(before: ReadonlyMap<string, string>): Promise<void> {
  mkdirSync("/Volumes/Other");
  await install("package", "on a volume that is not /, files alone", "/Volumes/Other");
  steps.none("nothing outside that volume", differences(before, treeOf("/", [...NOT_COMPARED, "/Volumes/Other"])));
  steps.none("no command was run for it", callsOf());
  const there = ["Library/LaunchDaemons/org.larder.collect.plist", "usr/local/bin", "usr/local/larder/bin/larder"];
  steps.none(
    "that volume has the program and its jobs",
    there.filter((path) => !existsSync(join("/Volumes/Other", path))),
  );
  rmSync("/Volumes/Other", { recursive: true });
}

/** Labels of the jobs in a folder. */
function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => name.replace(/\.plist$/, ""))
    .sort();
}

function expectLoaded(labels: readonly string[]): void {
  steps.say(
    launchd.loaded.join() === labels.join(),
    `launchd has ${labels.join(", ") || "no job"}`,
    `${launchd.loaded}`,
  );
}

async function doctorIsContent(): Promise<void> {
  await steps.run("doctor finds nothing wrong, and sees the daemon", [LARDER, "doctor"], {
    prints: /Daemon +running[\s\S]*Nothing is wrong/,
  });
}

async function warms(apple: ContentCache): Promise<void> {
  const list = `${STAND_INS}/list.txt`;
  const paths = ["one", "two"].map((name) => `http://updates.cdn-apple.com/2026/${name}.ipsw`);
  writeFileSync(list, `${paths.join("\n")}\n`);
  const run: [string, ...string[]] = [LARDER, "precache", "run", "--urls", list, "--quiet"];
  await steps.run("warms the cache that the Mac's own commands name", run);
  steps.none(
    "the cache holds what was asked for",
    paths.filter((path) => apple.held(path) === 0),
  );
  if (plan.short) return;
  const served = origin.bytesServed();
  await steps.run("again, nothing comes from Apple", run);
  steps.say(origin.bytesServed() === served, "no byte was fetched twice", `${origin.bytesServed() - served} more`);
  await steps.run("says what it cost", [LARDER, "precache", "report"], { prints: /2/ });
}

async function everyJob(apple: ContentCache): Promise<void> {
  await steps.run("status", [LARDER, "status"], { prints: /mac/ });
  await steps.run("further jobs", [LARDER, "install", "--placed", "--jobs", "precache,receive,serve"], {
    prints: /it made one after/,
  });
  expectLoaded(["org.larder.collect", "org.larder.precache", "org.larder.receive", "org.larder.serve"]);
  apple.flush();
  await steps.run("what the cache recorded", [LARDER, "history", "--by", "all"], { prints: /5\.\d+ MB/ });
  await answers("the live page", "http://127.0.0.1:9201/", /<html/);
  await answers("/metrics", "http://127.0.0.1:9201/metrics", /^larder_/m);
  const status = await apple.push("http://127.0.0.1:8771/metrics").catch(String);
  steps.say(status === 202, "a report of macOS 27 is taken", `answered ${status}`);
  await steps.run("and shown", [LARDER, "status"], { prints: /reports? received/ });
}

/** At its hour, with wishes of a settings file, without a way to Apple's catalogues: it says so, in the log and to whom it may concern. */
async function nightly(): Promise<void> {
  writeFileSync("/Library/Preferences/org.larder.plist", WISHES);
  await launchd.answer(["kickstart", "system/org.larder.precache"]);
  const code = await launchd.ended("org.larder.precache");
  const log = readFileSync("/var/log/larder-precache.log", "utf8");
  steps.say(code !== 0 && log !== "", "the nightly run says what it could not do", `exit ${code}: ${log}`);
  await steps.run("alerts", [LARDER, "alerts", "check", "--dry-run"], { code: 3, prints: /warming/ });
  const kept: [string, ...string[]] = [LARDER, "alerts", "history"];
  await until("the daemon keeps them", async () => (await steps.ask(kept)).out.includes("warming-skipped"));
  await steps.run("the desk gets a message, at the address in the keychain", [
    LARDER,
    "alerts",
    "test",
    "--to",
    "desk",
  ]);
  steps.say(
    notices.some((notice) => notice.startsWith("/from-the-keychain ")),
    "the message is there",
    notices.join("\n"),
  );
}

async function answers(what: string, url: string, expected: RegExp): Promise<void> {
  let said = "";
  await until(what, async () => {
    said = await fetch(url).then(async (answer) => `${answer.status} ${await answer.text()}`, String);
    return said.startsWith("200") && expected.test(said);
  });
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > endMs) return steps.say(false, what, `not within a minute\n${logEnd()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  steps.say(true, what, "");
}

/** What the daemon said last. */
function logEnd(): string {
  return readFileSync("/var/log/larder.log", "utf8").split("\n").slice(-20).join("\n");
}

async function selfTest(): Promise<void> {
  await steps.run("the self-test finds this Mac as it is known", [LARDER, "doctor", "--self-test"], {
    prints: /0 failed/,
  });
}

async function upgrades(): Promise<void> {
  await install("newer", "a newer package is installed over it", "/");
  await steps.run("it is the newer one", [LARDER, "--version"], { prints: new RegExp(plan.newer) });
  await steps.run("nothing recorded was lost", [LARDER, "journal", "verify"]);
  if (!plan.short) await doctorIsContent();
}

async function refusesOlder(): Promise<void> {
  const before = treeOf("/usr", []);
  await install("package", "the Installer refuses the older one", "/", { code: 1, prints: /newer, is installed/ });
  const older = `${STAND_INS}/package/payload/usr/local/larder/bin/larder`;
  await steps.run("so does the older one itself", [older, "upgrade"], { code: 1, prints: /INSTALL_DOWNGRADE/ });
  steps.none("nothing was changed by it", differences(before, treeOf("/usr", [])));
  if (plan.short) return;
  await steps.run("goes back when asked to", [older, "upgrade", "--downgrade"], { prints: /it made one after/ });
  await steps.run("it is the older one", [LARDER, "--version"], { prints: new RegExp(plan.version) });
  await steps.run("nothing recorded was lost", [LARDER, "journal", "verify"]);
}

/** Removed: what is left is what it names, and with --purge nothing at all. */
async function goes(before: ReadonlyMap<string, string>): Promise<void> {
  const { out } = await steps.run("is removed", ["/usr/local/larder/bin/larder-uninstall"], { prints: /^kept: /m });
  const named = (/^kept: (.*) \(/m.exec(out)?.[1] ?? "").split(", ").map((path) => realpathSync(path));
  const left = differences(before, treeOf("/", NOT_COMPARED)).filter(
    (line) => !named.some((place) => line === `+ ${place}` || line.startsWith(`+ ${place}/`)),
  );
  steps.none("left is what it says it leaves", left);
  expectLoaded([]);
  const again = `${STAND_INS}/package/payload/usr/local/larder/bin/larder`;
  await steps.run("is removed with all it recorded", [again, "uninstall", "--purge"], { prints: new RegExp(STATE) });
  steps.none("the Mac is as it was before larder", differences(before, treeOf("/", NOT_COMPARED)));
}

/** Commands that were run. */
function callsOf(): string[] {
  return readFileSync(CALLS, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

/** Every command was asked what a real one was recorded to answer. */
function checkCalls(): void {
  const calls = callsOf();
  const recorded = readdirSync(`${STAND_INS}/answers`);
  const unknown = calls.filter(
    (call) => !call.startsWith("launchctl ") && !recorded.some((answer) => `${call} `.startsWith(`${answer.trim()} `)),
  );
  steps.none("every command it ran is one that was recorded", [...new Set(unknown)]);
  for (const name of plan.asks)
    steps.say(
      calls.some((call) => call.startsWith(name)),
      `${name} was run`,
      "it was not",
    );
}
