import { describe, expect, it } from "vitest";
import { fill, placesOf, type Values } from "../fill.ts";
import { LANGUAGE_NAMES, LANGUAGES } from "../language.ts";
import * as tables from "./texts.ts";

/** Every text of a table by its path. */
function textsIn(table: object, path = ""): [path: string, text: string][] {
  return Object.entries(table).flatMap(([key, value]: [string, string | object]): [string, string][] =>
    typeof value === "string" ? [[`${path}${key}`, value]] : textsIn(value, `${path}${key}.`),
  );
}

describe.each(Object.entries(tables))("%s", (_name, table) => {
  const english = new Map(textsIn(table.en));

  it.each(LANGUAGE_NAMES)("says everything in %s, with the same values in the same forms", (name) => {
    const texts = textsIn(table[name]);
    expect(texts.map(([path]) => path)).toEqual([...english.keys()]);
    for (const [path, text] of texts) {
      expect(text, path).toMatch(/\S/);
      expect(placesOf(text), path).toEqual(placesOf(english.get(path) ?? ""));
    }
  });

  it.each(LANGUAGE_NAMES)("leaves no place open in %s, whether one or many", (name) => {
    for (const [path, text] of textsIn(table[name])) {
      for (const value of [0, 1, 2, 86_400, 1e9]) {
        const names = placesOf(text).map((place) => place.split(":")[0] ?? "");
        const values: Values = Object.fromEntries(names.map((each) => [each, value]));
        const filled = fill(text as string, values, LANGUAGES[name]);
        expect(filled, path).not.toMatch(/[{}|]|undefined|NaN/);
      }
    }
  });
});
