/**
 * A question asked of every server apart, whose answers stay current: lines go to the question of their server, and only an
 * answer that may have changed is made again.
 *
 * @module
 */
import type { Question, Wanted } from "../../core/history/history.ts";
import type { ParsedLine } from "../../core/line/line.ts";

interface Asked<Answer> {
  readonly question: Question<Answer>;
  answer: { readonly value: Answer } | undefined;
}

export class ByServer<Answer> {
  /** What it wants of the journal, whatever server wrote it. */
  readonly lines: readonly Wanted[];
  readonly #make: () => Question<Answer>;
  readonly #asked = new Map<string, Asked<Answer>>();

  /** @param make a question of lines alone, of no server in particular */
  constructor(make: () => Question<Answer>, serverOf: (tagText: string) => string) {
    this.#make = make;
    this.lines = (make().lines ?? []).map(({ measurement, fromMs, toMs, streams }, i) => ({
      measurement,
      fromMs,
      toMs,
      ...(streams === undefined ? {} : { streams }),
      take: (line) => this.#take(i, line, serverOf(line.tagText)),
    }));
  }

  get servers(): string[] {
    return [...this.#asked.keys()];
  }

  /** The answer for a server; undefined where it wrote no line. */
  of(server: string): Answer | undefined {
    const asked = this.#asked.get(server);
    if (asked === undefined) return undefined;
    asked.answer ??= { value: asked.question.answer({ sums: [], rows: [] }) };
    return asked.answer.value;
  }

  #take(index: number, line: ParsedLine, server: string): void {
    let asked = this.#asked.get(server);
    if (asked === undefined) {
      asked = { question: this.#make(), answer: undefined };
      this.#asked.set(server, asked);
    }
    asked.question.lines?.[index]?.take(line);
    asked.answer = undefined;
  }
}
