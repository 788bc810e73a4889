/**
 * Lines of a text that arrives in pieces, without holding more than one of them.
 *
 * @module
 */
import { StringDecoder } from "node:string_decoder";
import { LarderError } from "../../core/errors.ts";

/**
 * Each line without its end (`\n` or `\r\n`); a byte order mark is dropped.
 * @throws LarderError `CATALOG_BROKEN` when a line is longer than `maxLength` characters.
 */
export async function* readLines(source: AsyncIterable<Buffer>, maxLength: number): AsyncIterable<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let number = 1;
  for await (const piece of source) {
    rest += decoder.write(piece);
    if (number === 1 && rest.startsWith("\uFEFF")) rest = rest.slice(1);
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      yield withoutReturn(line);
      number += 1;
    }
    if (rest.length > maxLength) {
      throw new LarderError(`Cannot read line ${number}: it is longer than ${maxLength} characters`, {
        code: "CATALOG_BROKEN",
      });
    }
  }
  rest += decoder.end();
  if (rest !== "") yield withoutReturn(rest);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
