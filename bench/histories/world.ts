import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The Python side: one command in, one answer out. */
export class World {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #complaint = "";

  constructor() {
    this.#child = spawn("python3", [join(import.meta.dirname, "world.py")]);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#complaint += chunk.toString();
    });
  }

  async ask(command: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`world.py ended at ${JSON.stringify(command)}: ${this.#complaint}`);
    return JSON.parse(value) as Record<string, unknown>;
  }

  end(): void {
    this.#child.stdin.end();
  }
}
