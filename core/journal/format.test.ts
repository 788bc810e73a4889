import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { queryHistory } from "../history/history.ts";
import { FORMAT, stampFormat } from "./format.ts";
import { applyRetention, openJournal, openReader, packSegments, streamFolder } from "./journal.ts";

let stateDir: string;
let folder: string;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), "larder-format-"));
  folder = streamFolder(stateDir, "collector");
  const journal = await openJournal(stateDir, "collector");
  await journal.append({
    lines: "requests,server=a requests.fromclients=3i 5\n",
    lineCount: 1,
    span: { fromMs: 5, toMs: 5 },
  });
  await journal.close();
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const query = { measurement: "requests", fromMs: 0, toMs: 10, by: "all", timeZone: "UTC" } as const;

/** Every file but locks, with its content. */
function filesOf(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !/^\.|^lock\./.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), "latin1")]));
}

it("is refused by an older program as a whole, in one message, and stays as it is", async () => {
  await stampFormat(folder, FORMAT + 1, { by: "0.9.0" });
  const before = filesOf();
  const refused = {
    code: "STATE_NEWER",
    message: expect.stringMatching(
      /^Cannot use the journal ".*collector": larder 0\.9\.0 has written it in format 2, and this one knows up to 1$/,
    ),
    next: expect.stringContaining("install larder 0.9.0 or later"),
  };
  await expect(openJournal(stateDir, "collector")).rejects.toMatchObject(refused);
  // a part of it that is older does not help: what is read together was written together
  await expect(openJournal(stateDir, "precache")).rejects.toMatchObject(refused);
  await expect(queryHistory(stateDir, query)).rejects.toMatchObject(refused);
  await expect(openReader(folder, "collector").end()).rejects.toMatchObject(refused);
  await expect(packSegments(folder, { most: 1 })).rejects.toMatchObject(refused);
  const clock = { nowMs: 1e15, provenMs: async () => 1e15 };
  const limits = { keepDays: 1, keepBytes: 1 };
  await expect(applyRetention(folder, { limits, needed: undefined, clock })).rejects.toMatchObject(refused);
  expect(filesOf()).toEqual(before);
});

it("of a stream nobody here knows is refused too", async () => {
  const later = join(stateDir, "journal/tomorrow");
  cpSync(folder, later, { recursive: true, filter: (path) => !/lock\.\d+$/.test(path) });
  await (await openJournal(stateDir, "rollup")).close();
  await stampFormat(later, 7, { by: "1.2.3" });
  await expect(openJournal(stateDir, "rollup")).rejects.toMatchObject({ code: "STATE_NEWER" });
});

it("is the first where nothing is said, as in all versions so far, and no stamp is written for it", async () => {
  expect(FORMAT).toBe(1);
  expect(Object.keys(filesOf())).toEqual(["000000000000000.lp"]);
  expect((await queryHistory(stateDir, query))[0]?.sums).toEqual({ "requests.fromclients": 3 });
});

it("is stamped once, and an earlier stamp goes", async () => {
  await stampFormat(folder, 2, { by: "0.9.0" });
  await stampFormat(folder, 2, { by: "0.9.1" });
  expect(filesOf()["format.2"]).toBe("0.9.0\n");
  await stampFormat(folder, 3, { by: "0.9.1" });
  expect(Object.keys(filesOf()).filter((name) => name.startsWith("format."))).toEqual(["format.3"]);
});

it("is refused too where the stamp is empty: its name says it all", async () => {
  writeFileSync(join(folder, "format.2"), "");
  await expect(openJournal(stateDir, "collector")).rejects.toMatchObject({
    message: expect.stringContaining("a later larder has written it"),
  });
});
