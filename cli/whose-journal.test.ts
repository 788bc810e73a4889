import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LoadedSettings } from "./load-settings.ts";
import { checkWhoseJournal } from "./whose-journal.ts";

let folder = "";
let systemDir = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-whose-"));
  systemDir = join(folder, "system");
  mkdirSync(systemDir);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const loaded = (stateDir: string, origins: Record<string, string> = {}) =>
  ({ settings: { stateDir }, origins }) as unknown as LoadedSettings;

/** What is printed on standard error. */
function told(act: () => void): string {
  let text = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    act();
  } finally {
    spy.mockRestore();
  }
  return text;
}

it("names the daemon's journal instead of saying that nothing ran", () => {
  const mine = join(folder, "mine");
  expect(() => checkWhoseJournal("status", loaded(mine), { isRoot: false, systemDir })).toThrow(
    expect.objectContaining({ code: "STATE_NOT_YOURS", next: "sudo larder status" }),
  );
  // a folder without a line in it, as a failed first try leaves behind, is not a journal either
  mkdirSync(join(mine, "journal", "collector"), { recursive: true });
  expect(() => checkWhoseJournal("history", loaded(mine), { isRoot: false, systemDir })).toThrow(/root/);
  writeFileSync(join(mine, "journal", "collector", "000000000000000.lp"), "x");
  const text = told(() => checkWhoseJournal("history", loaded(mine), { isRoot: false, systemDir }));
  expect(text).toContain(`This looks at your own journal in ${mine}`);
  expect(text).toContain("sudo larder history");
});

it("says nothing to root, where a folder was named, or where no daemon was set up", () => {
  const mine = join(folder, "mine");
  const nothing = [
    () => checkWhoseJournal("status", loaded(mine), { isRoot: true, systemDir }),
    () => checkWhoseJournal("status", loaded(mine, { stateDir: "command line" }), { isRoot: false, systemDir }),
    () => checkWhoseJournal("status", loaded(mine), { isRoot: false, systemDir: join(folder, "none") }),
  ];
  for (const act of nothing) expect(told(act)).toBe("");
});
