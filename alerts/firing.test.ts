import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "../core/journal/journal.ts";
import { silentLog } from "../core/log.ts";
import { readFiring } from "./firing.ts";
import { watchOptions } from "./options.ts";
import { openWatch, type Watch } from "./watch.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("the alerts that fire", () => {
  const stateDir = mkdtempSync(join(tmpdir(), "larder-firing-"));
  let nowMs = Date.parse("2026-03-30T12:00:00Z");
  let watch: Watch;
  /** Looks every ten minutes; a pressure is read at each. */
  const look = async (minutes: number, pressure?: number): Promise<void> => {
    for (let passed = 0; passed < minutes; passed += 10) {
      if (pressure !== undefined) {
        const journal = await openJournal(stateDir, "collector");
        const lines = `cachestatus,server=c1 activated=true,active=true,registered=1i,pressure=${pressure} ${nowMs}\n`;
        await journal.append({ lines, lineCount: 1, span: { fromMs: nowMs, toMs: nowMs } });
        await journal.close();
      }
      await watch.check(undefined);
      nowMs += 10 * MINUTE;
    }
  };
  const firing = async (language: "en" | "de" = "en") => await readFiring(stateDir, { language, nowMs });

  beforeAll(async () => {
    expect(await firing()).toBeUndefined();
    const options = watchOptions.parse({});
    watch = await openWatch({
      ...{ stateDir, timeZone: "UTC", options, notifiers: [], log: silentLog },
      nowMs: () => nowMs,
    });
  });
  afterAll(async () => {
    await watch.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  it("are those of the last look, in words, and only while somebody looks", async () => {
    const beganMs = nowMs;
    await look(30, 0.9);
    // it has not lasted long enough
    expect(await firing()).toEqual([]);
    await look(60, 0.9);
    expect(await firing()).toEqual([
      {
        ...{ rule: "pressure", server: "c1", part: "", level: "bad", sinceMs: beganMs },
        title: "Cache pressure high",
        what: "The cache evicts what is still asked for: pressure 90%.",
        next: "raise the cache's limit, give it a larger disk, or warm less",
        finds: ["low-space"],
      },
    ]);
    expect((await firing("de"))?.[0]).toMatchObject({ title: "Cache unter Druck" });
    // hours in which nothing changes are looked at as well
    await look(5 * 60, 0.9);
    expect(await firing()).toHaveLength(1);
    await look(30, 0.1);
    expect(await firing()).toEqual([]);
    nowMs += 3 * HOUR;
    expect(await firing()).toBeUndefined();
  });

  it("are not those a graver one explains", async () => {
    await look(90, 0.9);
    await look(60);
    const shown = (await firing())?.map(({ rule }) => rule);
    expect(shown).toEqual(["silent"]);
  });
});
