/**
 * HTML from templates: every value is escaped unless it is HTML made here.
 *
 * @module
 */

/** HTML that is safe to put into a page. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | undefined | false | readonly Value[];

/** A piece of HTML: html`<td>${name}</td>`. Text is escaped; lists are joined; undefined and false are left out. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(strings.reduce((done, part, i) => done + part + (i < values.length ? written(values[i]) : ""), ""));
}

function written(value: Value): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(written).join("");
  return escapeHtml(String(value));
}

/** Text as text and in attributes; what would turn the direction of writing is kept inside its own element by `bdi`. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A value as JSON inside a script element: nothing in it can end the element. Whole numbers beyond 2^53 are rounded. */
export function scriptJson(value: unknown): Html {
  const json = JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? Number(item) : item));
  return new Html(json.replaceAll(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`));
}
