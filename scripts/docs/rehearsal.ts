/**
 * A computer in a folder on which the pages' commands are run: a stand-in cache that has served a week, a journal to
 * come, no program but the few that pages may call. `larder` in it is the program in this process; what runs until it
 * is stopped is the built program, as if in a second terminal.
 *
 * Places such as /etc and /Library are below that folder, so that nothing of the real computer is read or changed.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { larderInProcess, PROGRAM } from "../../cli/testing/in-process.ts";

/** What a block printed, both streams, and the exit code of its first command that failed. */
export interface Ran {
  readonly code: number;
  readonly output: string;
}

export interface Rehearsal {
  readonly root: string;
  /** Runs what is typed, in the folder of the admin; ends at the first command that fails. */
  run(script: string): Promise<Ran>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

export interface RehearsalOptions {
  /** Puts files into the computer before anything is typed. */
  furnish(root: string): void;
  /** Variables of every command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Addresses as pages write them, and where they are here. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Programs a page may call beside larder. */
const PROGRAMS =
  "awk basename bash cat chmod cp curl cut date expr grep gunzip gzip head id install jq ln ls mkdir mktemp mv openssl printf rm sed sh sleep sort tail tee test touch unzip wc zcat zgrep";
const PLACES = /(?<=^|[\s"'=:(<>[])\/(?=(?:etc|Library|var|usr\/local|data|Volumes|tmp|srv)\/)/g;
/** Commands whose exit code says how things are, and not whether the command worked. */
const SAYS_HOW_IT_IS = /^(?:status|doctor|alerts check|sinks retry|config check)(?: |$)/;
/** Commands that run until they are stopped. */
const RUNS_ON = /^(?:serve|receive(?! sites|.* --print-declaration)|collect(?!.* --(?:once|dry-run|help)))(?: |$)/;
const READY = /live page is at|"msg":"(?:receiving|collecting)"/;

/** Sets up the computer. */
export async function startRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const root = await mkdtemp(join(tmpdir(), "lpages-"));
  const children: ChildProcess[] = [];
  const environment = {
    ...options.environment,
    HOME: join(root, "home"),
    PATH: join(root, "bin"),
    LARDER_BRIDGE: root,
    LARDER_STATE_DIR: join(root, "var/lib/larder"),
  };
  for (const folder of ["home", "bin", "etc", "tmp", "data", "srv", "var/lib/larder", "var/log", "usr/local"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const program of PROGRAMS.split(" ")) linkProgram(program, join(root, "bin"));
  for (const [name, text] of Object.entries(STUBS)) writeFileSync(join(root, "bin", name), text, { mode: 0o755 });
  mkdirSync(join(root, "Library/Application Support"), { recursive: true });
  mkdirSync(join(root, "Library/Preferences"), { recursive: true });
  symlinkSync(join(root, "var/lib/larder"), join(root, "Library/Application Support/larder"));
  options.furnish(root);
  const bridge = createServer((request, response) => {
    const call = join(root, request.url ?? "");
    answer(call, { root, environment, children }).then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  bridge.listen(join(root, "socket"));
  await once(bridge, "listening");
  return {
    root,
    async run(script) {
      const child = spawn("/bin/bash", ["-e", "-o", "pipefail"], { cwd: join(root, "home"), env: environment });
      const parts: string[] = [];
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => parts.push(String(part)));
      child.stdin.end(localText(script, root, options.addresses));
      const [code] = (await once(child, "close")) as [number | null];
      return { code: code ?? 1, output: parts.join("") };
    },
    async close() {
      for (const child of children) await stop(child);
      bridge.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** What is typed, with the places and addresses of this computer. */
function localText(script: string, root: string, addresses: Readonly<Record<string, string>>): string {
  const text = script.replaceAll(PLACES, `${root}/`);
  return Object.entries(addresses).reduce((all, [written, here]) => all.replaceAll(written, here), text);
}

interface Surroundings {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly children: ChildProcess[];
}

/** Answers one call of `larder`: its words, folder and standard input are in a folder, and so will the answer be. */
async function answer(call: string, { root, environment, children }: Surroundings): Promise<void> {
  const text = (name: string): string => readFileSync(join(call, name), "utf8");
  const words = text("words").split("\0").slice(0, -1);
  const folder = text("folder").trim();
  const line = words.join(" ");
  const config = ["etc/larder.json", "usr/local/etc/larder.json", "Library/Preferences/org.larder.plist"].map((path) =>
    join(root, path),
  );
  const found = config.find((path) => existsSync(path));
  const all = { ...environment, ...(found === undefined ? {} : { LARDER_CONFIG: found }) };
  const below = /^(?:install|upgrade|uninstall)(?: |$)/.test(line) ? ["--root", root] : [];
  const ran = RUNS_ON.test(line)
    ? await runOn(words, { folder, environment: all, children })
    : await within(folder, all, () => larderInProcess([...words, ...below], text("stdin")));
  const code =
    SAYS_HOW_IT_IS.test(line) && (ran.code === 3 || (ran.code === 1 && !ran.err.includes("\n  code "))) ? 0 : ran.code;
  writeFileSync(join(call, "out"), ran.out);
  writeFileSync(join(call, "err"), ran.err);
  writeFileSync(join(call, "code"), String(code));
}

/** Runs with a folder and an environment, and gives back those there were. */
async function within<T>(
  folder: string,
  environment: Readonly<Record<string, string>>,
  run: () => Promise<T>,
): Promise<T> {
  const before = { folder: process.cwd(), environment: { ...process.env } };
  process.chdir(folder);
  Object.assign(process.env, environment);
  try {
    return await run();
  } finally {
    process.chdir(before.folder);
    for (const name of Object.keys(environment)) {
      const old = before.environment[name];
      if (old === undefined) delete process.env[name];
      else process.env[name] = old;
    }
  }
}

/** Starts what runs until it is stopped, and waits until it says that it does its work. */
async function runOn(
  words: readonly string[],
  at: { folder: string; environment: Readonly<Record<string, string>>; children: ChildProcess[] },
): Promise<{ code: number; out: string; err: string }> {
  const env = { ...at.environment, PATH: [at.environment["PATH"], process.env["PATH"]].join(delimiter) };
  // the port and the state folder are free when the one before has ended
  for (const before of at.children) await stop(before);
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: at.folder, env });
  at.children.push(child);
  let said = "";
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((done) => {
    ready = done;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      said += String(part);
      if (READY.test(said)) ready();
    });
  }
  const ended = once(child, "close").then(() => ready());
  await Promise.race([isReady, ended]);
  return { code: child.exitCode ?? 0, out: "", err: said };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
}

/** Makes a program of the real computer one of this. */
function linkProgram(name: string, folder: string): void {
  const path = (process.env["PATH"] ?? "").split(delimiter).find((each) => existsSync(join(each, name)));
  if (path !== undefined) symlinkSync(join(path, name), join(folder, name));
}

const LARDER = `#!/bin/sh
call=$(mktemp -d "$LARDER_BRIDGE/call.XXXXXX")
printf '%s\\0' "$@" > "$call/words"; pwd > "$call/folder"; cat > "$call/stdin"
curl -sSf --unix-socket "$LARDER_BRIDGE/socket" "http://larder/\${call##*/}" || exit 99
cat "$call/err" >&2; cat "$call/out"; exit "$(cat "$call/code")"
`;

/** Programs that are others here. */
const STUBS: Readonly<Record<string, string>> = {
  larder: LARDER,
  sudo: '#!/bin/sh\nexec "$@"\n',
  node: '#!/bin/sh\n[ "$1" = "dist/larder.js" ] || exit 127\nshift\nexec larder "$@"\n',
  npm: '#!/bin/sh\n[ "$1" = ci ] && exit\n[ "$1 $2 $3 $4" = "run -s larder --" ] || exit 127\nshift 4\nexec larder "$@"\n',
};
