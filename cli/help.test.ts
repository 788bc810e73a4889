import type { Command } from "commander";
import { expect, it } from "vitest";
import { columnsOf } from "../core/words/columns.ts";
import { createProgram } from "./program.ts";
import { larderInProcess } from "./testing/in-process.ts";

/** Every command and group, as it is typed. */
function all(command: Command, words: readonly string[] = []): string[][] {
  return [[...words], ...command.commands.flatMap((below) => all(below, [...words, below.name()]))];
}

it("every page of help fits 80 columns, and shows no default that is nothing", async () => {
  const found: string[] = [];
  for (const words of all(createProgram())) {
    const { out } = await larderInProcess([...words, "--help"]);
    const wrong = out.split("\n").filter((line) => columnsOf(line) > 80 || /\(default: (?:\[\]|"")\)/.test(line));
    found.push(...wrong.map((line) => `${words.join(" ")}: ${line}`));
  }
  expect(found).toEqual([]);
});
