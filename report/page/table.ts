/**
 * A table of a page.
 *
 * @module
 */
import type { Words } from "../words.ts";
import { type Html, html } from "./html.ts";

/** Longer tables are folded. */
const MOST_OPEN_ROWS = 40;

export type Cell = string | Html;

export interface TableParts {
  readonly words: Words;
  /** What it shows. */
  readonly name: string;
  readonly titles?: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly foot?: readonly string[];
  /** The first columns, which are text, the others being numbers; default one. */
  readonly texts?: number;
  /** Folded however short it is: it is under a picture that shows the same. */
  readonly folded?: boolean;
}

export function table({ words, name, titles, rows, foot, texts = 1, folded }: TableParts): Html {
  const kind = (i: number): Html | undefined => (i < texts ? undefined : html` class="number"`);
  const body = html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
${titles !== undefined && html`<thead><tr>${titles.map((title, i) => html`<th scope="col"${kind(i)}>${title}</th>`)}</tr></thead>`}
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 && texts === 1 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`))}</tr>`)}</tbody>
${foot !== undefined && html`<tfoot><tr>${foot.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${kind(i)}>${cell}</td>`))}</tr></tfoot>`}
</table></div>`;
  return folded === true || rows.length > MOST_OPEN_ROWS
    ? html`<details><summary>${words.texts.table}</summary>${body}</details>`
    : body;
}
