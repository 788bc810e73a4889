import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { quoted, rememberSettings, withSameSettings } from "./same-settings.ts";
import { larderInProcess } from "./testing/in-process.ts";

afterEach(() => rememberSettings([]));

describe("commands in messages", () => {
  it.each([
    ["larder collect --once --take-over", "larder collect --once -c 'my file.json' --take-over"],
    ["run one and see: larder collect --once", "run one and see: larder collect --once -c 'my file.json'"],
    ["larder config check -c other.json", "larder config check -c other.json"],
    ["larder report --help", "larder report --help"],
    ["larder precache plan shows it", "larder precache plan -c 'my file.json' shows it"],
    ["larder alerts init --db x", "larder alerts init --db x"],
  ])("go on with the settings: %s", (next, expected) => {
    rememberSettings(["node", "larder", "status", "-c", "my file.json"]);
    expect(withSameSettings(next)).toBe(expected);
  });

  it("go on with the journal, whichever way it was given", () => {
    rememberSettings(["node", "larder", "status", "--state-dir=/srv/x"]);
    expect(withSameSettings("larder journal verify")).toBe("larder journal verify --state-dir /srv/x");
  });

  it("are as they are where nothing was chosen", () => {
    rememberSettings(["node", "larder", "status"]);
    expect(withSameSettings("larder collect --once")).toBe("larder collect --once");
  });

  it("reach the screen so", async () => {
    const folder = mkdtempSync(join(tmpdir(), "larder-same-"));
    const file = join(folder, "s.json");
    writeFileSync(file, JSON.stringify({ server: "c", stateDir: join(folder, "state") }));
    const { out } = await larderInProcess(["status", "-c", file]);
    const json = await larderInProcess(["status", "-c", file, "--json"]);
    rmSync(folder, { recursive: true });
    // the screen may break the line
    expect(out.replaceAll(/\s+/g, " ")).toContain(`larder collect --once -c ${file}`);
    expect(json.out).toContain(`larder collect --once -c ${file}`);
  });
});

describe("quoted()", () => {
  it("leaves plain words and quotes what a shell would cut", () => {
    expect([quoted("/a/b.json"), quoted("a b"), quoted("it's")]).toEqual(["/a/b.json", "'a b'", "'it'\\''s'"]);
  });
});
