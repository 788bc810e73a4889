/**
 * docs/old-tools.md: every command it names is one, with the flags it gives it.
 */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "./program.ts";

const PAGE = readFileSync(new URL("../docs/old-tools.md", import.meta.url), "utf8");
const LINES = [...new Set([...PAGE.matchAll(/`(?:sudo )?larder ([^`]+)`/g)].map(([, line = ""]) => line))];

/** The command that words lead to, and the words that are left. */
function commandOf(words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  let command = createProgram();
  let at = 0;
  for (;;) {
    const below = command.commands.find((each) => each.name() === words[at]);
    if (below === undefined) return { command, rest: words.slice(at) };
    command = below;
    at++;
  }
}

describe("the page for those who come from other tools", () => {
  it("names every option of Cacher and every call of serveralerts.py", () => {
    const cacher =
      "targetdate logpath deviceids nostdout configureserver serveralert slackalert slackwebhook slackusername slackchannel";
    const calls = "-c --create -a --add -l --list -r --remove";
    for (const option of cacher.split(" ")) expect(PAGE).toContain(`--${option}`);
    for (const call of calls.split(" ")) expect(PAGE, call).toMatch(new RegExp(`\`${call}[ =\`]`));
  });

  it.each(LINES)("larder %s", (line) => {
    const { command, rest } = commandOf(line.split(" "));
    expect(command.commands, "a group is not a command").toEqual([]);
    for (const word of rest.filter((each) => each.startsWith("--"))) {
      expect(command.options.map(({ long }) => long)).toContain(word);
    }
    if (rest.some((word) => !word.startsWith("-"))) {
      expect(command.registeredArguments.length + command.options.length).toBeGreaterThan(0);
    }
  });
});
