import { describe, expect, it } from "vitest";
import { MEASUREMENTS } from "../../core/schema.ts";
import { everyCommand } from "./generate-commands.ts";
import { settingsKeys } from "./generate-settings-keys.ts";
import { committedPage } from "./generated-page.ts";
import { generatedPages } from "./generated-pages.ts";

function committed(path: string): string {
  return committedPage({ path, text: () => "" });
}

describe("generated pages", () => {
  it.each(generatedPages.map((page) => ({ page, path: page.path })))(
    "$path is what the code says; else: npm run docs",
    ({ page }) => {
      expect(committedPage(page)).toBe(page.text());
    },
  );

  it("name every measurement and field", () => {
    const text = committed("docs/measurements.md");
    for (const { name, fields } of MEASUREMENTS) {
      expect(text).toContain(`### ${name}\n`);
      for (const field of fields) expect(text).toContain(`| \`${field.name}\` | ${field.type} |`);
    }
  });

  it("name every command with its options", () => {
    const text = committed("docs/commands.md");
    const commands = everyCommand();
    expect(commands.length).toBeGreaterThan(20);
    for (const { name, command } of commands) {
      const part = text.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
      for (const { flags, hidden } of command.options) if (!hidden) expect(part).toContain(flags);
      for (const child of command.commands) expect(text).toContain(`\n## ${name} ${child.name()}\n`);
    }
  });

  it("name every key of the settings and say what it is for", () => {
    const text = committed("docs/settings.md");
    const keys = settingsKeys();
    for (const { path } of keys) expect(text).toContain(`| \`${path}\` |`);
    expect(keys.filter(({ meaning }) => !/^[^ ]/.test(meaning)).map(({ path }) => path)).toEqual([]);
  });
});
