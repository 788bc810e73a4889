import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addSilence, covers, keepSilencesCurrent, type NewSilence, readSilences, removeSilence } from "./silences.ts";

const NOW = Date.parse("2026-11-20T08:00:00Z");
const HOUR = 3_600_000;
const works: NewSilence = { rule: "silent", tags: {}, until: "2026-11-20T12:00:00Z", who: "ada", why: "works" };

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "larder-silences-"));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));
const change = (more: object = {}) => ({ stateDir, nowMs: NOW, dryRun: false, ...more });

describe("a silence", () => {
  const alert = { rule: "silent", server: "c1", tags: { region: "North", site_code: "gym", site_name: "Gymnasium" } };

  it.each([
    [{}, true],
    [{ rule: "silent" }, true],
    [{ rule: "off" }, false],
    [{ server: "c1" }, true],
    [{ server: "c2" }, false],
    [{ site: "gym" }, true],
    [{ site: "Gymnasium" }, true],
    [{ site: "primary" }, false],
    [{ tags: { region: "North" } }, true],
    [{ tags: { region: "North", school_type: "special" } }, false],
  ])("covers what it names: %j", (more, expected) => {
    expect(covers({ tags: {}, until: works.until, ...more }, alert, NOW)).toBe(expected);
  });

  it("ends", () => {
    expect(covers(works, alert, NOW + 4 * HOUR - 1)).toBe(true);
    expect(covers(works, alert, NOW + 4 * HOUR)).toBe(false);
  });
});

describe("the file of silences", () => {
  it("keeps what is added until it is removed, and a dry run changes nothing", async () => {
    expect(await readSilences(stateDir)).toEqual([]);
    await addSilence(works, change({ dryRun: true }));
    expect(await readSilences(stateDir)).toEqual([]);
    const { id } = await addSilence(works, change());
    const other = await addSilence({ ...works, rule: "off" }, change());
    expect(await readSilences(stateDir)).toMatchObject([{ ...works, id }, { rule: "off" }]);
    await removeSilence(id, change({ dryRun: true }));
    expect(await readSilences(stateDir)).toHaveLength(2);
    await removeSilence(id, change());
    expect(await readSilences(stateDir)).toEqual([other]);
    await expect(removeSilence(id, change())).rejects.toMatchObject({ code: "USAGE_SILENCE" });
  });

  it("loses none of several that are added at once", async () => {
    await Promise.all([1, 2, 3, 4, 5].map(async (n) => await addSilence({ ...works, why: `${n}` }, change())));
    expect((await readSilences(stateDir)).map(({ why }) => why).sort()).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("forgets silences that ended three months ago, with the next change", async () => {
    await addSilence(works, change());
    await addSilence(works, change({ nowMs: NOW + 89 * 24 * HOUR }));
    expect(await readSilences(stateDir)).toHaveLength(2);
    await addSilence(works, change({ nowMs: NOW + 91 * 24 * HOUR }));
    expect(await readSilences(stateDir)).toHaveLength(1);
  });

  it.each(["", "[]", "{", '{"silences":[{"id":"x"}]}', '{"silences":[{"id":1,"tags":{},"until":"soon"}]}'])(
    "goes on with the last good one, and says once what is wrong: %s",
    async (garbage) => {
      const problems: unknown[] = [];
      const current = keepSilencesCurrent(stateDir, (problem) => problems.push(problem));
      await addSilence(works, change());
      expect(await current()).toHaveLength(1);
      const path = join(stateDir, "silences", "silences.json");
      const good = readFileSync(path);
      writeFileSync(path, garbage);
      expect(await current()).toHaveLength(1);
      expect(await current()).toHaveLength(1);
      expect(problems).toMatchObject([{ code: "SILENCES_READ" }]);
      await expect(addSilence(works, change())).rejects.toMatchObject({ code: "SILENCES_READ" });
      expect(readFileSync(path, "utf8")).toBe(garbage);
      writeFileSync(path, good);
      expect(await current()).toHaveLength(1);
      writeFileSync(path, garbage);
      await current();
      expect(problems).toHaveLength(2);
    },
  );

  it("says where it cannot write", async () => {
    mkdirSync(join(stateDir, "silences", "silences.json"), { recursive: true });
    await expect(addSilence(works, change())).rejects.toMatchObject({ code: "SILENCES_READ" });
    writeFileSync(join(stateDir, "file"), "");
    const nowhere = change({ stateDir: join(stateDir, "file") });
    await expect(addSilence(works, nowhere)).rejects.toMatchObject({ code: "SILENCES_WRITE" });
  });
});
