import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RunCommand } from "../../../core/cache/cache.ts";
import { openMetricsDb } from "../../../fixtures/content-cache/metrics-db.ts";
import { logLine, requestMessage } from "../../../fixtures/service-log/lines.ts";
import { masked, selfTest, TRIALS } from "./self-test.ts";

const ROOT = join(import.meta.dirname, "../../..");
const UNTESTED = readFileSync(join(ROOT, "fixtures/UNTESTED.md"), "utf8");
const scratch = mkdtempSync(join(tmpdir(), "st-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A Mac whose commands print these texts by the beginning of their words; all others are missing. */
function printing(answers: Readonly<Record<string, string>>): RunCommand {
  return async (program, args) => {
    const words = [program.replace(/^.*\//, ""), ...args].join(" ");
    const stdout = Object.entries(answers).find(([start]) => words.startsWith(start))?.[1];
    if (stdout !== undefined) return { exitCode: 0, stdout, stderr: "", failure: undefined };
    const failure = { kind: "missing", text: "the command is not on this computer" } as const;
    return { exitCode: undefined, stdout: "", stderr: "", failure };
  };
}

async function tried(answers: Readonly<Record<string, string>>, metricsDb = join(scratch, "none.db")) {
  const report = await selfTest({ run: printing(answers), system: "darwin", places: { metricsDb, scratch } });
  return new Map(report.trials.map((each) => [each.trial, each]));
}

const STATUS = readFileSync(join(ROOT, "fixtures/doctor/healthy-cache/status.json"), "utf8").replace("49152", "1");

describe("a self-test", () => {
  it("names what is as known, and finds a key that is new without its value", async () => {
    const known = await tried({ "AssetCacheManagerUtil -j status": STATUS });
    expect(known.get("status-json")?.verdict).toBe("known");
    const newer = STATUS.replace('"Active"', '"Humidity": "secret words", "Active"');
    const found = (await tried({ "AssetCacheManagerUtil -j status": newer })).get("status-json");
    expect(found).toMatchObject({ verdict: "new", said: [expect.any(String), "not known to larder: Humidity"] });
    expect(JSON.stringify([...known, found])).not.toMatch(/secret words|203\.0\.113|8E956E1D/);
  });

  it("reads a database, and shows messages of the log that nobody knows, masked", async () => {
    const path = join(scratch, "Metrics.db");
    const database = await openMetricsDb(path);
    database.append(new Map(), 60, Date.now());
    database.close();
    const line = (message: string): string => logLine("ndjson", { timeMs: Date.now(), message, number: 1 });
    const request = requestMessage("a", { agent: "com.apple.appstored/1.0", file: "/a.ipa" });
    const strange =
      "The hamster 8E956E1D-4E2E-4517-B2EB-B8D6A943E830 of 10.1.2.3 ran to http://cache.school.example:80/x";
    const found = await tried({ "log show": line(request) + line(strange) }, path);
    expect(found.get("metrics-db")?.verdict).toBe("known");
    expect(found.get("service-log")).toMatchObject({ verdict: "new" });
    expect(found.get("service-log")?.said.at(-1)).toBe("The hamster <guid> of <address> ran to <path>");
  });

  it("tries locks and volumes for real, and says of what is missing that it is", async () => {
    const found = await tried({});
    expect(found.get("lock")).toMatchObject({ verdict: "known" });
    expect(found.get("socket-path")).toMatchObject({ verdict: "known" });
    expect(found.get("case")).toMatchObject({ verdict: "known" });
    for (const id of ["status-json", "locator-json", "metrics-db", "service-log", "commands"]) {
      expect(found.get(id)?.verdict, id).toBe("absent");
    }
    expect([...found.keys()]).toEqual(TRIALS.map(({ id }) => id));
  });

  it("masks what could name somebody", () => {
    const text =
      "2026-08-21 12:25 Util[93394:79416625] public IP is 203.0.113.23, fd00::2, host mac-7.school.example, /Users/ann/x";
    expect(masked(text)).not.toMatch(/203|fd00|school|ann|93394/);
  });
});

describe("fixtures/UNTESTED.md", () => {
  const items = UNTESTED.split("\n- ").slice(1);

  it("says of each thing which command would show it", () => {
    expect(items.filter((item) => !/\n {2}Shown by: .*`[^`]+`/.test(item)).map((item) => item.slice(0, 60))).toEqual(
      [],
    );
  });

  it("names trials that there are, and each of them", () => {
    const named = items.flatMap((item) =>
      [...item.matchAll(/--self-test` \(([^)]*)\)/g)].flatMap(([, all = ""]) => all.split(", ")),
    );
    expect([...new Set(named)].sort()).toEqual(TRIALS.map(({ id }) => id).sort());
  });
});
