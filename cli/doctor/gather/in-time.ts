/**
 * An end to a round of questions: what has no answer by then is left out, and named.
 *
 * @module
 */
import type { LateRecord } from "../facts/facts.ts";

export class InTime {
  /** Files of evidence that have no answer. */
  readonly late: LateRecord[] = [];
  /** Fires when the time is up, for work that can be ended. */
  readonly signal: AbortSignal;
  readonly #seconds: number;

  /** @param limitMs from now on, for all together */
  constructor(limitMs: number) {
    this.#seconds = limitMs / 1000;
    this.signal = AbortSignal.timeout(limitMs);
  }

  /** The answer, or undefined where it does not come in time. @throws what the work throws in time */
  async ask<Answer>(file: string, work: Promise<Answer>): Promise<Answer | undefined> {
    let end = (): void => undefined;
    const up = new Promise<undefined>((resolve) => {
      end = () => resolve(undefined);
      this.signal.addEventListener("abort", end, { once: true });
      if (this.signal.aborted) end();
    });
    const answered = work.then((answer) => ({ answer }));
    // what fails later is nobody's
    answered.catch(() => undefined);
    const first = await Promise.race([answered, up]);
    this.signal.removeEventListener("abort", end);
    if (first === undefined) this.late.push({ file, seconds: this.#seconds });
    return first?.answer;
  }
}
