import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JOBS } from "../../cli/commands/install/jobs.ts";
import { copyProgram } from "../../cli/commands/install/program-files.ts";
import { DOMAIN, larderOptions } from "../../cli/load-settings.ts";
import { createProgram } from "../../cli/program.ts";
import { validateSettings } from "../../core/config/config.ts";
import { USER_AGENT } from "../../core/http/http.ts";
import { parsePlist } from "../../core/plist/plist.ts";

const ROOT = join(import.meta.dirname, "../..");
const DEPLOY = join(ROOT, "deploy");

type Dictionary = Record<string, unknown>;

async function plistOf(path: string): Promise<Dictionary> {
  return (await parsePlist(readFileSync(path), path)) as Dictionary;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile() && !/\/(payload|build)\//.test(path));
}

const all = filesBelow(DEPLOY);
const jobs = all.filter((path) => path.startsWith(join(DEPLOY, "launchd/")));
const shells = all.filter((path) => readFileSync(path, "utf8").startsWith("#!/bin/sh"));
const folders: string[] = [];

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

describe("LaunchDaemons", () => {
  it.each(jobs.map((path) => [basename(path), path]))(
    "%s has its label and starts what is installed",
    async (name, path) => {
      const job = await plistOf(path);
      expect(job["Label"]).toBe(name.replace(/\.plist$/, ""));
      const [program = "", ...args] = job["ProgramArguments"] as string[];
      const installed = join(DEPLOY, "bin", basename(program));
      expect(program).toBe(`/usr/local/larder/bin/${basename(program)}`);
      expect(existsSync(installed)).toBe(true);
      expect(knows(args)).toBe(true);
      expect(readFileSync(join(DEPLOY, "newsyslog/org.larder.conf"), "utf8")).toContain(job["StandardOutPath"]);
    },
  );
});

/** Whether the program has these commands and flags. */
function knows(words: readonly string[]): boolean {
  let command = createProgram();
  let values = 0;
  for (const word of words) {
    if (values > 0) {
      values--;
      continue;
    }
    if (word.startsWith("-")) {
      const flag = command.options.find(({ long, short }) => long === word || short === word);
      if (flag === undefined) return false;
      values = flag.required ? 1 : 0;
      continue;
    }
    const child = command.commands.find((known) => known.name() === word);
    if (child === undefined) return false;
    command = child;
  }
  return true;
}

it("logs on a Mac are five files of 2 MB, which only root and its group read", () => {
  const lines = readFileSync(join(DEPLOY, "newsyslog/org.larder.conf"), "utf8")
    .split("\n")
    .filter((line) => /^\//.test(line));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^\S+ +root:wheel +640 +5 +2000 /);
});

describe("shell scripts", () => {
  it.each(shells.map((path) => [path.slice(DEPLOY.length + 1), path]))("%s is sh, and may be run", (_name, path) => {
    const checked = spawnSync("sh", ["-n", path], { encoding: "utf8" });
    expect(checked.stderr).toBe("");
    expect(statSync(path).mode & 0o111).toBe(0o111);
  });

  it.skipIf(!has("shellcheck"))(
    "of deploy, scripts and fixtures have nothing that shellcheck complains of (needs shellcheck)",
    () => {
      const others = ["scripts", "fixtures"].flatMap((folder) => filesBelow(join(ROOT, folder)));
      const scripts = [...shells, ...others.filter((path) => path.endsWith(".sh"))];
      expect(scripts.map((path) => basename(path))).toEqual(
        expect.arrayContaining(["preinstall", "postinstall", "larder-daemon", "bare-linux.sh", "answer.sh"]),
      );
      const checked = spawnSync("shellcheck", ["-s", "sh", ...scripts], { encoding: "utf8" });
      expect(checked.stdout).toBe("");
    },
  );
});

/** Whether a program is here. */
function has(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

describe("an installed program", () => {
  const root = mkdtempSync(join(tmpdir(), "larder-program-"));
  const program = join(root, "larder");
  folders.push(root);
  beforeAll(() => {
    // a node program that is quick to copy
    const node = join(root, "node");
    writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" "$@"\n`, { mode: 0o755 });
    copyProgram({ root: ROOT, node }, program);
  });

  it("brings all it needs to run", { timeout: 60_000 }, () => {
    // the portable engine brings a file of its own
    const path = join(root, "Metrics.db");
    copyFileSync(join(ROOT, "fixtures/state/0.1/Metrics.db"), path);
    const sources = { metricsSqlite: { enabled: false }, metricsDb: { path }, managerStatus: { enabled: false } };
    const settings = join(root, "larder.json");
    writeFileSync(settings, JSON.stringify({ stateDir: join(root, "state"), sources }));
    const words = ["collect", "--once", "--json", "--config", settings];
    const environment = { ...process.env, LARDER_SQLITE: "portable" };
    const started = spawnSync(join(program, "bin/larder"), words, { cwd: root, env: environment, encoding: "utf8" });
    expect(started.stderr).toBe("");
    expect(started.status).toBe(0);
    expect(JSON.parse(started.stdout).sources).toEqual([expect.objectContaining({ rows: expect.any(Number) })]);
  });

  it("brings the terms of all packages, in a list or with their files", () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Dictionary;
    const beside = ["@napi-rs/canvas", "dejavu-fonts-ttf"];
    const terms = readFileSync(join(program, "dist/licences.txt"), "utf8");
    const known = Object.keys(dependencies as Dictionary).filter((name) =>
      new RegExp(`^${name} [0-9.]+ \\(`, "m").test(terms),
    );
    expect([...known, ...beside].sort()).toEqual(Object.keys(dependencies as Dictionary).sort());
    expect(readdirSync(join(program, "node_modules")).sort()).toEqual(beside.map((name) => name.split("/")[0]));
  });
});

describe("jobs", () => {
  it("of the commands that install are all there, and no others", () => {
    const names = (folder: string): string[] => readdirSync(join(DEPLOY, folder)).sort();
    expect(names("launchd")).toEqual(Object.values(JOBS).map(({ label }) => `${label}.plist`));
    expect(names("systemd")).toEqual(
      Object.values(JOBS)
        .flatMap(({ unitFiles }) => unitFiles)
        .sort(),
    );
  });

  it("of systemd start commands that there are", () => {
    for (const { unitFiles } of Object.values(JOBS)) {
      for (const name of unitFiles.filter((file) => file.endsWith(".service"))) {
        const text = readFileSync(join(DEPLOY, "systemd", name), "utf8");
        const words = /^ExecStart=\/usr\/local\/larder\/bin\/larder (.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
        expect(knows(words), name).toBe(true);
      }
    }
  });
});

describe("profiles", () => {
  it("hold settings that larder takes", async () => {
    const profile = await plistOf(join(DEPLOY, "profile/larder.mobileconfig"));
    const [payload] = profile["PayloadContent"] as Dictionary[];
    const domains = payload?.["PayloadContent"] as Record<string, { Forced: { mcx_preference_settings: unknown }[] }>;
    const settings = domains[DOMAIN]?.Forced[0]?.mcx_preference_settings;
    expect(validateSettings(larderOptions, settings, "the profile").sinks).toHaveLength(1);
  });

  it("have payloads with every key Apple demands, and identifiers of their own", async () => {
    const seen: unknown[] = [];
    for (const path of all.filter((name) => name.endsWith(".mobileconfig"))) {
      const profile = await plistOf(path);
      expect(profile["PayloadType"]).toBe("Configuration");
      for (const payload of [profile, ...(profile["PayloadContent"] as Dictionary[])]) {
        expect(payload["PayloadVersion"]).toBe(1);
        expect(payload["PayloadUUID"]).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
        seen.push(payload["PayloadUUID"], payload["PayloadIdentifier"]);
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("can be made by Jamf Pro's form: the same keys, each of a type that a form has", () => {
    const schema = JSON.parse(readFileSync(join(DEPLOY, `profile/${DOMAIN}.jamf.json`), "utf8")) as Dictionary;
    expect(schema["__preferencedomain"]).toBe(DOMAIN);
    const properties = schema["properties"] as Record<string, Dictionary>;
    expect(Object.keys(properties)).toEqual(Object.keys(larderOptions.shape));
    const types = new Set<unknown>();
    const walk = (node: Dictionary): void => {
      types.add(node["type"]);
      const below = Object.values((node["properties"] ?? {}) as Record<string, Dictionary>);
      for (const child of [...below, ...(node["items"] === undefined ? [] : [node["items"] as Dictionary])])
        walk(child);
      if (node["type"] === "object") expect(node["properties"] ?? node["additionalProperties"]).toBeDefined();
    };
    for (const node of Object.values(properties)) walk(node);
    expect([...types].sort()).toEqual(["array", "boolean", "integer", "number", "object", "string"]);
  });

  it("grant full disk access to the Node that is installed, and to nothing else", async () => {
    const profile = await plistOf(join(DEPLOY, "profile/larder-full-disk-access.mobileconfig"));
    const [payload] = profile["PayloadContent"] as Dictionary[];
    const services = payload?.["Services"] as Record<string, Dictionary[]>;
    expect(Object.keys(services)).toEqual(["SystemPolicyAllFiles"]);
    const [grant, ...others] = services["SystemPolicyAllFiles"] ?? [];
    expect(others).toEqual([]);
    expect(grant?.["Identifier"]).toBe("/usr/local/larder/libexec/node");
    expect(grant?.["CodeRequirement"]).toContain("anchor apple generic");
  });

  it.skipIf(!has("plistutil"))("and jobs are property lists to another reader too (needs plistutil)", () => {
    for (const path of all.filter((name) => /\.(plist|mobileconfig|recipe)$/.test(name))) {
      const read = spawnSync("plistutil", ["-i", path, "-f", "json"], { encoding: "utf8" });
      expect(read.status, `${path}: ${read.stderr}`).toBe(0);
    }
  });

  it("can be edited by the manifest: the six payload keys first, a type for every key", async () => {
    const manifest = await plistOf(join(DEPLOY, `profile/${DOMAIN}.plist`));
    const subkeys = manifest["pfm_subkeys"] as Dictionary[];
    expect(subkeys.slice(0, 6).map((key) => String(key["pfm_name"]).startsWith("Payload"))).toEqual(
      Array(6).fill(true),
    );
    expect(subkeys.slice(6).map((key) => key["pfm_name"])).toEqual(Object.keys(larderOptions.shape));
    const types = new Set<unknown>();
    const walk = (key: Dictionary): void => {
      types.add(key["pfm_type"]);
      for (const child of (key["pfm_subkeys"] ?? []) as Dictionary[]) walk(child);
    };
    for (const key of subkeys) walk(key);
    expect([...types].sort()).toEqual(["array", "boolean", "dictionary", "integer", "real", "string"]);
  });
});

describe("the package", () => {
  it("has the version of package.json, as have the command, every request and the page", () => {
    const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(createProgram([]).version()).toBe(version);
    expect(USER_AGENT).toBe(`larder/${version}`);
    expect(read("CHANGELOG.md").match(/^## (\S+)/m)?.[1]).toBe(version);
  });

  it("and no source has a version of its own", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    const own = ["core", "collector", "precache", "alerts", "grafana", "report", "cli"].flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true })
        .map((name) => join(room, String(name)))
        .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
        .filter((path) => {
          const text = readFileSync(join(ROOT, path), "utf8");
          return text.includes(`"${version}"`) || /["`]larder\/\d/.test(text);
        }),
    );
    expect(own).toEqual([]);
  });
});
