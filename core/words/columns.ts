/**
 * Text in columns of a terminal: how wide it is, cut and filled to a width. A letter may take two columns (CJK, emoji)
 * or none (accents, our own colours).
 *
 * @module
 */
import stringWidth from "string-width";

/** Western letters, dashes, arrows and bars: one column each. Most of what is shown; anything else costs a look at Unicode. */
const PLAIN = /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2190-\u21ff\u2500-\u259f]*$/;

/** Columns a text takes. */
export function columnsOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** Text of at most so many columns, cut in the middle, where names differ least. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  const room = Math.max(0, columns - 1);
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
  const head = beginning(letters, Math.ceil(room / 2));
  const tail = beginning(letters.reverse(), room - columnsOf(head.join("")));
  return `${head.join("")}…${tail.reverse().join("")}`;
}

/** As many of the first letters as fit. */
function beginning(letters: readonly string[], columns: number): string[] {
  let left = columns;
  const end = letters.findIndex((letter) => {
    left -= columnsOf(letter);
    return left < 0;
  });
  return letters.slice(0, end === -1 ? letters.length : end);
}

/** Text filled up with spaces to a width. */
export function fillTo(text: string, columns: number, align: "left" | "right" = "left"): string {
  const gap = " ".repeat(Math.max(0, columns - columnsOf(text)));
  return align === "right" ? gap + text : text + gap;
}

/** Parts on as many lines as they need. */
export function flow(parts: readonly string[], separator: string, columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + separator.length + columnsOf(part) <= columns) {
      lines[lines.length - 1] = `${last}${separator}${part}`;
    } else {
      lines.push(part);
    }
  }
  return lines;
}
