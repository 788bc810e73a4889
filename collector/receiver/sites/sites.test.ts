import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { silentLog } from "../../../core/log.ts";
import { openSiteFile } from "./site-file.ts";
import { parseSites, sitesOf } from "./site-table.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-sites-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string) => parseSites(Buffer.from(text, "utf8"));
const GUID = "13D4D110-B2B7-4F26-8E25-CD22E58C00EE";
const NOBODY = { serial: "", guid: GUID, hostname: "x" };

describe("parseSites()", () => {
  it("finds a cache by serial number, GUID and host name, in this order", () => {
    const table = read(
      `Serial Number;GUID;Host;server;region;site_code\nC07A;;;;North;1\n;${GUID.toLowerCase()};;head;South;2\n-;;Cache01.local;;West;-\n`,
    );
    expect(table.faults).toEqual([]);
    const sites = sitesOf(table, { site_code: "unassigned" });
    expect(sites.find({ serial: "c07a", guid: GUID, hostname: "cache01" })?.tags).toEqual({
      region: "North",
      site_code: "1",
    });
    expect(sites.find({ ...NOBODY, hostname: "cache01" })).toMatchObject({ server: "head", tags: { region: "South" } });
    expect(sites.find({ ...NOBODY, guid: "", hostname: "CACHE01.example.org" })?.tags).toEqual({ region: "West" });
    expect(sites.find({ ...NOBODY, guid: "" })).toBeUndefined();
  });

  it("leaves out what it cannot use, with the line, and uses the rest", () => {
    const { rows, tags, faults } = read(
      'serial,region,kind,bad name\nA,North,x,y\n,South,x,y\n"B" x,East\nA,West,x,y\n# note\nC,"Nor\nth",x,y\n',
    );
    expect(rows.map(({ serial }) => serial)).toEqual(["A", "A", "C"]);
    expect(tags).toEqual(["region"]);
    expect(faults.map(({ line, problem }) => `${line} ${problem.slice(0, 24)}`)).toEqual([
      '1 the column "kind" is lef',
      '1 the column "bad name" is',
      "3 it says of no cache whic",
      "4 text follows a closing q",
      '5 the serial "A" is in lin',
    ]);
    expect(read("name,region\nA,North\n").faults).toMatchObject([
      { line: 1, problem: expect.stringContaining("serial") },
    ]);
    expect(read("").faults.length).toBe(1);
  });
});

describe("openSiteFile()", () => {
  it("reads the file again when it has changed, and keeps what it has when it cannot", async () => {
    const path = join(folder, "sites.csv");
    const replace = (text: string): void => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    };
    replace("serial,region\nA,North\n");
    const file = await openSiteFile({ path, unassigned: {}, log: silentLog, everyMs: 5 });
    const region = (): string | undefined => file.sites().find({ ...NOBODY, serial: "A" })?.tags["region"];
    expect(region()).toBe("North");
    replace("serial,region\nA,South-West\n");
    await vi.waitFor(() => expect(region()).toBe("South-West"));
    replace("nothing\n");
    await new Promise((done) => setTimeout(done, 30));
    expect(region()).toBe("South-West");
    file.close();
    await expect(openSiteFile({ path, unassigned: {}, log: silentLog })).rejects.toThrow(/no column says/);
  });
});
