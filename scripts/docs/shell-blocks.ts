/**
 * Command lines of Markdown pages: blocks that people copy into a shell, and commands named in the text.
 *
 * A block begins with ```` ```sh ```` or ```` ```console ````. A word behind it says why a test does not run the block
 * (`NOT_RUN`); code hosts show no more than the first word.
 *
 * @module
 */

/** Why a block is only checked, and not run, by the word that marks it. */
export const NOT_RUN = {
  macos: "needs what only macOS has",
  root: "changes the whole computer",
  network: "asks servers of Apple or npm",
  server: "needs a server that is not here",
  computers: "goes over several computers",
  source: "done by npm test itself",
} as const;

export type NotRun = keyof typeof NOT_RUN;

/** A block of shell lines. */
export interface ShellBlock {
  readonly page: string;
  /** Of the page, the first is 1. */
  readonly line: number;
  /** What people type: of a console, without prompts and answers. */
  readonly script: string;
  /** Words behind the language. */
  readonly marks: readonly string[];
}

const FENCE = /^( *)```(\w*) *([^\n]*)\n([\s\S]*?)^ *```/gm;

/** The blocks of a page, in their order. */
export function shellBlocks(page: string, markdown: string): ShellBlock[] {
  return [...markdown.matchAll(FENCE)].flatMap(
    ({ 1: indent = "", 2: language, 3: marks = "", 4: text = "", index }) => {
      if (language !== "sh" && language !== "console") return [];
      const lines = text.split("\n").map((line) => line.slice(indent.length));
      const typed = language === "sh" ? lines : lines.flatMap((line) => /^\$ (.*)$/.exec(line)?.[1] ?? []);
      const line = markdown.slice(0, index).split("\n").length;
      return [{ page, line, script: typed.join("\n"), marks: marks.split(" ").filter((word) => word !== "") }];
    },
  );
}

/** A command line of larder, as words. */
export interface LarderLine {
  readonly page: string;
  readonly line: number;
  readonly words: readonly string[];
}

/** How larder is called: installed, from a checkout, or by the Node that is here. */
const CALLS = /^(?:larder|npm run -s larder --|"\$\(command -v node\)" dist\/larder\.js)(?: +|$)/;

/** The calls of larder in a block, each as the words the program would see. */
export function larderLines({ page, line, script }: ShellBlock): LarderLine[] {
  const joined = script.replaceAll(/\\\n */g, " ");
  return joined.split("\n").flatMap((text, i) =>
    commandsOf(text).flatMap((command) => {
      const rest = command.replace(/^(?:sudo +|time +|[A-Z_]+=\S+ +)*/, "");
      const call = CALLS.exec(rest);
      return call === null ? [] : [{ page, line: line + 1 + i, words: wordsOf(rest.slice(call[0].length)) }];
    }),
  );
}

/** The programs a script calls, by name. */
export function larderMentions(page: string, markdown: string): LarderLine[] {
  const text = markdown.replaceAll(FENCE, (block) => block.replaceAll(/[^\n]/g, " "));
  return [...text.matchAll(/`(?:sudo\s+)?larder\s+([^`]+)`/g)].map(({ 1: words = "", index }) => ({
    page,
    line: text.slice(0, index).split("\n").length,
    words: wordsOf(words.replaceAll(/\s+/g, " ")),
  }));
}

/** The commands of a line: what pipes, `&&`, `;` and `|` part, without comments and redirections. */
function commandsOf(line: string): string[] {
  const parts: string[] = [""];
  for (const token of line.match(/'[^']*'|"(?:[^"\\]|\\.)*"|\s#.*|^#.*|&&|\|\|?|;|\d?>>?\s*\S+|<\s*[^\s<]+|./g) ?? []) {
    if (/^\s?#/.test(token)) break;
    if (/^(?:&&|\|\|?|;)$/.test(token)) parts.push("");
    else if (!/^(?:\d?>|<\s*[^\s<])/.test(token)) parts.push(`${parts.pop() ?? ""}${token}`);
  }
  return parts.map((part) => part.trim());
}

/** Words as a shell makes them: quotes gone, what is in them kept together. */
function wordsOf(text: string): string[] {
  const words = text.match(/(?:'[^']*'|"(?:[^"\\]|\\.)*"|[^\s'"])+/g) ?? [];
  return words.map((word) =>
    word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, (_, single, double) => single ?? double),
  );
}
