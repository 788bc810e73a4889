/**
 * The state of a world as a later larder would have left it: this one has to refuse it, and to change nothing.
 *
 * @module
 */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FORMAT } from "../../core/journal/format.ts";
import { NEWER } from "./builds.ts";

/** Written by programs that are started again and again. */
const STREAMS = ["collector", "receiver", "rollup", "alerts"];

export class LaterFormat {
  readonly #journal: string;
  #before: string | undefined;
  /** What was changed all the same. */
  readonly wrong: string[] = [];

  constructor(stateDir: string) {
    this.#journal = join(stateDir, "journal");
  }

  /** From now on nothing that starts may use the state. @returns false where there is none yet */
  stamp(): boolean {
    if (!existsSync(dirname(this.#stamp))) return false;
    try {
      writeFileSync(this.#stamp, `${NEWER}\n`);
      return true;
    } catch {
      // a full disk has no room for it
      rmSync(this.#stamp, { force: true });
      return false;
    }
  }

  get isThere(): boolean {
    return existsSync(this.#stamp);
  }

  /** What was running has ended: nothing may change any more. */
  remember(): void {
    if (this.isThere) this.#before = this.#sizes();
  }

  /** The later larder is gone, and has left what this one knows. */
  unstamp(): void {
    const [before, after] = [this.#before, this.#sizes()];
    if (before !== undefined && before !== after)
      this.wrong.push(`a journal of a later format was changed: ${before} before, ${after} after`);
    this.#before = undefined;
    rmSync(this.#stamp, { force: true });
  }

  get #stamp(): string {
    return join(this.#journal, "collector", `format.${FORMAT + 1}`);
  }

  /** Of every segment. */
  #sizes(): string {
    return STREAMS.flatMap((stream) => segmentsOf(join(this.#journal, stream)))
      .map((path) => `${path.slice(this.#journal.length + 1)} ${statSync(path).size}`)
      .join(", ");
  }
}

function segmentsOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true });
  return names.flatMap((each) => (each.isFile() && each.name.includes(".lp") ? [join(folder, each.name)] : [])).sort();
}
