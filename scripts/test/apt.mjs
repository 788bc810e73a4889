/**
 * Debian's packages without root and without installing any: apt downloads, dpkg unpacks.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A reason why something is not brought here; not a failure. */
export class Skip extends Error {}

/** Downloads packages; where the system's lists do not know one, with lists of its own in a folder. */
export class Apt {
  #folder;
  #options = [];

  /** @param {string} folder for lists and caches of its own */
  constructor(folder) {
    this.#folder = folder;
  }

  /** What apt-get answers; asked again with lists of our own where the system's have no answer. */
  async get(args, cwd) {
    if (!(await has("apt-get")) || !(await has("dpkg")))
      throw new Skip(`no apt-get and dpkg here (${process.platform})`);
    const first = await this.#run(args, cwd);
    if (first.ok || this.#options.length > 0) return first;
    this.#options = this.#private();
    await this.#run(["update"]);
    return await this.#run(args, cwd);
  }

  /** Downloads a package into a folder. */
  async download(name, folder) {
    const { ok, text } = await this.get(["download", name], folder);
    if (!ok) throw this.lacks(name, text);
  }

  /** Unpacks a package that was downloaded. */
  async unpack(file, folder) {
    await must("dpkg", ["-x", file, folder]);
  }

  /** The error of what apt does not offer: a failure on Debian 12, which has it. */
  lacks(name, text) {
    const why = `apt offers no ${name}: ${lastLine(text)}`;
    return isDebian12() ? new Error(why) : new Skip(`${why}; Debian 12 has it`);
  }

  async #run(args, cwd) {
    // as root, apt would give files to the user _apt, who may not enter the folder
    const options = ["-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1", "-qq"];
    return await run("apt-get", [...this.#options, ...options, ...args], cwd);
  }

  /** Lists and caches of our own, so that `apt-get update` needs no root and changes nothing of the system's. */
  #private() {
    mkdirSync(join(this.#folder, "state/lists/partial"), { recursive: true });
    mkdirSync(join(this.#folder, "cache/archives/partial"), { recursive: true });
    const settings = {
      "Dir::State": join(this.#folder, "state"),
      "Dir::State::status": "/var/lib/dpkg/status",
      "Dir::Cache": join(this.#folder, "cache"),
    };
    return Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  }
}

function isDebian12() {
  if (!existsSync("/etc/os-release")) return false;
  const text = readFileSync("/etc/os-release", "utf8");
  return /^ID=debian$/m.test(text) && /^VERSION_ID="?12"?$/m.test(text);
}

async function has(program) {
  return !(await run(program, ["--version"])).missing;
}

/** Runs a program. @throws Error with its last line when it fails */
export async function must(program, args, cwd) {
  const result = await run(program, args, cwd);
  if (!result.ok) throw new Error(`${program}: ${lastLine(result.text)}`);
}

function run(program, args, cwd) {
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
