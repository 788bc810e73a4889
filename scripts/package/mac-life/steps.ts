/**
 * Steps of a life: each runs a program and says whether it ended as it has to.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

const MOST_SHOWN = 20;

export interface Wanted {
  /** Exit code. Default 0. */
  readonly code?: number;
  /** What has to be in what it prints. */
  readonly prints?: RegExp;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
}

export class Steps {
  /** How many went wrong. */
  wrong = 0;
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment of every program: nothing else is inherited */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  /** Runs a program. @returns what it printed, on both streams */
  async run(what: string, words: readonly [string, ...string[]], wanted: Wanted = {}): Promise<Ran> {
    const { code: expected = 0, prints = /(?:)/, environment = {} } = wanted;
    const started = performance.now();
    const ran = await this.ask(words, environment);
    const well = ran.code === expected && prints.test(ran.out);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.say(well, `${what} (${seconds} s)`, `exit ${ran.code}, expected ${expected} and ${prints}\n${ran.out}`);
    return ran;
  }

  /** Runs a program, whatever comes of it. */
  async ask(words: readonly [string, ...string[]], environment: Wanted["environment"] = {}): Promise<Ran> {
    const [program, ...args] = words;
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...this.#environment, ...environment },
      cwd: "/",
    });
    const ended = new Promise<number | null>((resolve) => {
      child.once("error", () => resolve(null)).once("close", resolve);
    });
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, out: out + err };
  }

  /** Notes what was found. @param why what is otherwise than it has to be; shown where it went wrong */
  say(well: boolean, what: string, why: string): void {
    if (!well) this.wrong++;
    process.stdout.write(well ? `ok    ${what}\n` : `WRONG ${what}: ${why}\n`);
  }

  /** Notes whether nothing is in a list. */
  none(what: string, found: readonly string[]): void {
    const [some, more] = [found.slice(0, MOST_SHOWN), found.length - MOST_SHOWN];
    this.say(found.length === 0, what, `\n${some.join("\n")}${more > 0 ? `\nand ${more} more` : ""}`);
  }
}
