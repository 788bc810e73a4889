import { describe, expect, it } from "vitest";
import { columnsOf } from "../core/words/columns.ts";
import { csv } from "./csv.ts";
import { json, reportSchema } from "./json.ts";
import { pictures } from "./png.ts";
import { exampleReport, HOSTILE_NAMES } from "./testing/example.ts";
import { text } from "./text.ts";
import { LANGUAGE_NAMES, wordsOf } from "./words.ts";

describe.each(LANGUAGE_NAMES)("the forms of a report (%s)", (language) => {
  const words = wordsOf(language);

  it("as text: 72 columns, no more", () => {
    const made = text(exampleReport(), words);
    expect(made).toMatchSnapshot();
    expect(Math.max(...made.split("\n").map(columnsOf))).toBeLessThanOrEqual(72);
  });

  it("as text from names in wide letters: aligned, and no wider", () => {
    const names = ["東京都立第三小学校のコンテンツキャッシュサーバー", "Grundschule", "E\u0301cole"];
    const made = text(exampleReport(names), words);
    const sites = made.slice(made.indexOf(`\n${words.texts.sites}\n`), made.indexOf(`\n${words.texts.clients}\n`));
    const rows = sites.split("\n").filter((line) => names.some((name) => line.startsWith(name.slice(0, 2))));
    expect(new Set(rows.map(columnsOf)).size).toBe(1);
    expect(rows.length).toBeGreaterThan(1);
    expect(Math.max(...made.split("\n").map(columnsOf))).toBeLessThanOrEqual(72);
  });

  it("as CSV", () => {
    expect(csv(exampleReport(), words)).toMatchSnapshot();
  });

  it("as text from hostile names: on one line each, nothing that steers a terminal", () => {
    const made = text(exampleReport(HOSTILE_NAMES), words);
    expect(made.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(Math.max(...made.split("\n").map(columnsOf))).toBeLessThanOrEqual(72);
  });

  it("as CSV from hostile names: no formula, every row with the same columns", () => {
    const made = csv(exampleReport(HOSTILE_NAMES), words);
    expect(made.slice(1)).not.toMatch(/(^|[,;\n"])[=+\-@]/m);
    expect(made.slice(1).replaceAll("\r\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it("as JSON, which its own schema takes", () => {
    const made = json(exampleReport(HOSTILE_NAMES));
    expect(reportSchema.parse(made)).toEqual(made);
  });
});

describe("pictures", () => {
  it("are PNG of a size to read, also with names of any kind", async () => {
    const drawn = await pictures(exampleReport(HOSTILE_NAMES), wordsOf("en"));
    expect(drawn.map(({ name }) => name)).toEqual(["buckets", "shares", "sites", "kinds"]);
    for (const { png } of drawn) {
      expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
      expect(png.readUInt32BE(16)).toBe(1920);
    }
  });
});

describe("CSV in German", () => {
  it("has the separators a German spreadsheet expects", () => {
    const [, total] = csv(exampleReport(), wordsOf("de")).split("\r\n");
    expect(total).toBe("total;2026-10-01;;488600000000;477000000000;11600000000;477000000000;0,9763;true");
  });
});
