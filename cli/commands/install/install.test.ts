import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandResult, RunCommand } from "../../../core/cache/cache.ts";
import { openJournal } from "../../../core/journal/journal.ts";
import type { Clock } from "../../../core/time/clock.ts";
import { type InstallOptions, install } from "./install.ts";
import { launchd } from "./launchd.ts";
import { type InstallPlaces, placesOn } from "./places.ts";
import { systemd } from "./systemd.ts";
import { uninstall } from "./uninstall.ts";
import { compareVersions, installedVersion } from "./versions.ts";
import type { World } from "./world.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const ok: CommandResult = { exitCode: 0, stdout: "", stderr: "", failure: undefined };

/** A computer in a folder: its service manager is a stand-in that runs what is installed, and time passes at once. */
class Computer {
  readonly root = mkdtempSync(join(tmpdir(), "c-"));
  readonly said: string[] = [];
  readonly calls: string[] = [];
  /** What the next calls answer, by their beginning; those without an answer succeed. */
  readonly answers: [begin: string, answer: Partial<CommandResult>][] = [];
  /** Versions whose collector never makes a pass. */
  readonly broken = new Set<string>();
  /** Versions whose Node does not start here. */
  readonly foreign = new Set<string>();
  #nowMs = 1_700_000_000_000;
  readonly places: InstallPlaces;
  readonly platform: "darwin" | "linux";

  constructor(platform: "darwin" | "linux") {
    this.platform = platform;
    this.places = placesOn(platform, this.root);
  }

  readonly clock: Clock = {
    now: () => this.#nowMs,
    sleep: async (ms) => {
      this.#nowMs += ms;
    },
  };

  readonly run: RunCommand = async (program, args) => {
    const call = [program, ...args].join(" ").replaceAll(this.root, "");
    this.calls.push(call);
    const next = this.answers.findIndex(([begin]) => call.startsWith(begin));
    if (next !== -1) return { ...ok, ...this.answers.splice(next, 1)[0]![1] };
    if (call.endsWith("--version")) {
      const version = installedVersion(this.places.program.concat(".new"))!;
      return this.foreign.has(version)
        ? { ...ok, exitCode: 126, stderr: "Bad CPU type" }
        : { ...ok, stdout: `${version}\n` };
    }
    if (/^(launchctl bootstrap .*collect|systemctl enable --now larder-collect)/.test(call)) await this.#collect();
    return ok;
  };

  /** A pass of the collector that is installed. */
  async #collect(): Promise<void> {
    if (this.broken.has(installedVersion(this.places.program)!)) return;
    const journal = await openJournal(this.places.stateDir, "collector", { nowMs: this.clock.now });
    this.#nowMs += 1200;
    const span = { fromMs: this.#nowMs, toMs: this.#nowMs };
    await journal.append({ lines: `requests value=1i ${this.#nowMs}\n`, lineCount: 1, span });
    await journal.close();
  }

  world(over: Partial<World> = {}): World {
    const { places, run, clock, root } = this;
    const services = this.platform === "darwin" ? launchd(run, clock, root) : systemd(run, root);
    const say = (text: string): void => void this.said.push(text.replaceAll(root, ""));
    return { places, isRoot: false, run, clock, services, starts: true, say, dryRun: false, ...over };
  }

  /** Files and links, with what they hold; folders only where they are empty. */
  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((found) => !found.isDirectory())
      .map((found) => join(found.parentPath, found.name).slice(this.root.length))
      .sort();
  }
}

let computer: Computer;
let bundles: string;
beforeEach(() => {
  computer = new Computer("darwin");
  bundles = mkdtempSync(join(tmpdir(), "larder-bundles-"));
});
afterEach(() => {
  for (const folder of [computer.root, bundles]) rmSync(folder, { recursive: true, force: true });
});

/** An unpacked bundle of some version. */
function bundle(version: string, chunks = [`main-${version}.js`]): string {
  const root = join(bundles, version);
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ version }),
    "bin/larder": "#!/bin/sh\n",
    "dist/larder.js": version,
    "dist/.chunks": JSON.stringify(chunks),
    ...Object.fromEntries(chunks.map((name) => [`dist/chunks/${name}`, ""])),
    "node_modules/@napi-rs/canvas/index.js": "",
    "libexec/node": "",
  };
  for (const name of ["package.json", "LICENSE", "ttf/DejaVuSans.ttf", "ttf/DejaVuSans-Bold.ttf"])
    files[`node_modules/dejavu-fonts-ttf/${name}`] = "";
  for (const folder of ["launchd", "systemd", "newsyslog"]) {
    for (const name of readdirSync(join(ROOT, "deploy", folder)))
      files[`deploy/${folder}/${name}`] = readFileSync(join(ROOT, "deploy", folder, name), "utf8");
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

function options(version: string, over: Partial<InstallOptions> = {}): InstallOptions {
  const root = bundle(version);
  return {
    source: { root, node: join(root, "libexec/node") },
    ...{ jobs: undefined, downgrade: false, placed: false, withinMs: 60_000, stateDir: computer.places.stateDir },
    ...over,
  };
}

describe.each(["darwin", "linux"] as const)("on %s", (platform) => {
  beforeEach(() => {
    rmSync(computer.root, { recursive: true });
    computer = new Computer(platform);
  });

  it("says every step of a dry run and changes nothing", async () => {
    await install(options("1.0.0"), computer.world({ dryRun: true }));
    await uninstall({ purge: true, stateDir: computer.places.stateDir }, computer.world({ dryRun: true }));
    expect(computer.files()).toEqual([]);
    expect(computer.calls).toEqual([]);
    expect(computer.said.filter((text) => !text.startsWith("would "))).toEqual([
      ...Array(2).fill("Nothing was changed."),
    ]);
    expect(computer.said).toContain("would wait for the first pass of the collector, up to 60 s");
  });

  it("installs, starts the collector and sees its first pass; again, it takes up where it is", async () => {
    for (const round of [1, 2]) {
      await install(options("1.0.0"), computer.world());
      expect(computer.said.splice(0).at(-2), `round ${round}`).toMatch(
        /^(it made one after 1\.2 s|remove the program)/,
      );
    }
    const files = computer.files();
    expect(files).toContain("/usr/local/larder/dist/larder.js");
    expect(files).toContain("/usr/local/bin/larder");
    expect(files.filter((path) => /\.(new|old)\//.test(path))).toEqual([]);
    const job =
      platform === "darwin"
        ? "/Library/LaunchDaemons/org.larder.collect.plist"
        : "/etc/systemd/system/larder-collect.service";
    expect(statSync(join(computer.root, job)).mode & 0o777).toBe(0o644);
    expect(statSync(computer.places.stateDir).mode & 0o777).toBe(0o750);
    expect(computer.calls).toMatchSnapshot();
  });

  it("upgrades in place: jobs, settings and journal stay, and nothing of the old program", async () => {
    await install(options("1.0.0", { jobs: ["collect", "serve"] }), computer.world());
    mkdirSync(join(computer.places.settings[0]!, ".."), { recursive: true });
    writeFileSync(computer.places.settings[0]!, "settings");
    const journal = readFileSync(join(computer.places.stateDir, "journal/collector/000000000000000.lp"), "utf8");
    await install(options("1.1.0"), computer.world());
    expect(installedVersion(computer.places.program)).toBe("1.1.0");
    expect(computer.files().filter((path) => path.includes("1.0.0"))).toEqual([]);
    expect(readFileSync(computer.places.settings[0]!, "utf8")).toBe("settings");
    const later = readFileSync(join(computer.places.stateDir, "journal/collector/000000000000000.lp"), "utf8");
    expect(later.startsWith(journal)).toBe(true);
    expect(later.length).toBeGreaterThan(journal.length);
    expect(computer.said.filter((text) => /^start serve/.test(text))).toHaveLength(2);
  });

  it("goes back to the program that was there when the new one makes no pass", async () => {
    await install(options("1.0.0"), computer.world());
    computer.broken.add("1.1.0");
    await expect(install(options("1.1.0"), computer.world())).rejects.toMatchObject({ code: "INSTALL_NO_PASS" });
    expect(installedVersion(computer.places.program)).toBe("1.0.0");
    expect(computer.files().filter((path) => /1\.1\.0|larder\.(new|old)/.test(path))).toEqual([]);
    expect(computer.calls.at(-1)).toMatch(/kickstart|try-restart/);
  });

  it("leaves what it says, and nothing at all with --purge", async () => {
    await install(options("1.0.0", { jobs: ["collect", "precache", "receive", "serve"] }), computer.world());
    for (const path of [computer.places.settings[1]!, join(computer.root, "var/log/larder-serve.log.0")]) {
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, "kept");
    }
    const stateDir = computer.places.stateDir;
    await uninstall({ purge: false, stateDir }, computer.world());
    const kept = computer.said.find((text) => text.startsWith("kept: "))!;
    for (const path of computer.files().filter((name) => !name.startsWith("/var/log") || platform === "darwin")) {
      expect(
        kept.split(/[:,] /).some((place) => path.startsWith(place.split(" (")[0]!)),
        path,
      ).toBe(true);
    }
    expect(computer.files().length).toBeGreaterThan(1);
    await uninstall({ purge: true, stateDir }, computer.world());
    expect(computer.files()).toEqual(platform === "darwin" ? [] : ["/var/log/larder-serve.log.0"]);
  });
});

it("stops nothing for a program that does not start here", async () => {
  await install(options("1.0.0"), computer.world());
  computer.foreign.add("1.1.0");
  computer.calls.splice(0);
  await expect(install(options("1.1.0"), computer.world())).rejects.toMatchObject({ code: "INSTALL_SOURCE" });
  expect(computer.calls).toHaveLength(1);
  expect(installedVersion(computer.places.program)).toBe("1.0.0");
});

it("refuses to go back to an older version, unless it is asked to", async () => {
  await install(options("1.1.0"), computer.world());
  const before = computer.files();
  await expect(install(options("1.0.9"), computer.world())).rejects.toMatchObject({ code: "INSTALL_DOWNGRADE" });
  expect(computer.files()).toEqual(before);
  await install(options("1.0.9", { downgrade: true }), computer.world());
  expect(installedVersion(computer.places.program)).toBe("1.0.9");
});

it("knows the newer of two versions", () => {
  const ascending = ["0.9.10", "0.10.0-beta", "0.10.0", "0.10.1", "1.0.0"];
  expect([...ascending].reverse().sort(compareVersions)).toEqual(ascending);
});

it("waits while launchd still ends the job that was there", async () => {
  for (const exitCode of [5, 37, 5]) computer.answers.push(["launchctl bootstrap", { exitCode }]);
  await install(options("1.0.0"), computer.world());
  expect(computer.calls.filter((call) => call.startsWith("launchctl bootstrap"))).toHaveLength(4);
});

it("gives launchd's own words for a job that it refuses", async () => {
  const refused = { exitCode: 119, stderr: "Bootstrap failed: 119: Service is disabled\n" };
  computer.answers.push(["launchctl bootstrap", refused]);
  const failed = install(options("1.0.0"), computer.world());
  await expect(failed).rejects.toThrow(/org\.larder\.collect.*Service is disabled/);
  await expect(failed).rejects.toMatchObject({ code: "INSTALL_START" });
});

it("finishes what a package has placed: jobs that are there, no parts of an earlier version", async () => {
  await install(options("1.0.0", { jobs: ["collect", "precache"] }), computer.world());
  const { program } = computer.places;
  writeFileSync(join(program, "dist/chunks/left-over.js"), "");
  computer.said.splice(0);
  const placed = options("1.0.0", { source: { root: program, node: "" }, placed: true });
  await install(placed, computer.world());
  expect(existsSync(join(program, "dist/chunks/left-over.js"))).toBe(false);
  expect(readdirSync(join(program, "dist/chunks"))).toEqual(["main-1.0.0.js"]);
  expect(computer.said.filter((text) => text.startsWith("start "))).toHaveLength(2);
});

it("places files below another folder and starts nothing there", async () => {
  await install(options("1.0.0"), computer.world({ starts: false }));
  expect(computer.calls.filter((call) => call.startsWith("launchctl"))).toEqual([]);
  expect(computer.files()).toContain("/Library/LaunchDaemons/org.larder.collect.plist");
});
