/**
 * A program of larder as a process of its own, that can be killed and started again.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const LARDER = join(import.meta.dirname, "../../dist/larder.js");

export interface ProgramPlan {
  readonly words: readonly string[];
  /** Which program it is each time it starts; that of this checkout by default. */
  readonly build?: () => string;
  /** What it writes on standard error is appended there. */
  readonly log: string;
  readonly environment: Readonly<Record<string, string>>;
  /** It prints `{"url": …}` once it answers. */
  readonly answers?: boolean;
}

/** How long a program may take to say where it answers. */
const START_MS = 120_000;

const living = new Set<ChildProcess>();
// of a world that failed, nothing goes on running
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export class Program {
  readonly #plan: ProgramPlan;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #url: Promise<string | undefined> = Promise.resolve(undefined);
  /** Codes with which it ended without having been asked to. */
  readonly endedItself: string[] = [];

  constructor(plan: ProgramPlan) {
    this.#plan = plan;
    this.#log = createWriteStream(plan.log, { flags: "a" });
  }

  get runs(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where it answers; undefined when it does not run, or ended before it said so. */
  async url(): Promise<string | undefined> {
    return this.runs ? await this.#url : undefined;
  }

  /** Starts it, where it does not run. */
  start(): void {
    if (this.#child !== undefined) return;
    const { words, environment, answers, build } = this.#plan;
    const child = spawn(process.execPath, [build?.() ?? LARDER, ...words], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    living.add(child);
    child.stderr.pipe(this.#log, { end: false });
    child.once("exit", (code, signal) => {
      living.delete(child);
      if (this.#child !== child) return;
      this.#child = undefined;
      this.endedItself.push(`${words.join(" ")} ended with ${code ?? signal}`);
    });
    if (answers === true) this.#url = firstUrl(child);
    else child.stdout.resume();
  }

  /** `kill -9`; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** It gets no processor until it is woken. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  wake(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it as a system does that shuts down. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** Waits for the end of a program that ends. @returns its code; undefined when it was killed or does not run */
  async ended(): Promise<number | undefined> {
    const child = this.#child;
    if (child === undefined) return undefined;
    this.#child = undefined;
    const [code] = (await once(child, "exit")) as [number | null];
    living.delete(child);
    return code ?? undefined;
  }

  close(): void {
    this.#log.end();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const gone = once(child, "exit");
    child.kill(signal);
    // one that is frozen would never hear it
    child.kill("SIGCONT");
    await gone;
    living.delete(child);
  }
}

/** The address of the first line it prints. */
async function firstUrl(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface(child.stdout);
  const late = AbortSignal.timeout(START_MS);
  const line = await Promise.race([
    once(lines, "line", { signal: late }).then(([text]) => String(text)),
    once(child, "exit").then(() => undefined),
  ]).catch(() => undefined);
  child.stdout.resume();
  return line === undefined ? undefined : (JSON.parse(line) as { url: string }).url;
}
