import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { silentLog } from "../../core/log.ts";
import { reportBody } from "../../fixtures/reports/reports.ts";
import { Intake } from "./intake.ts";
import { NO_SITES } from "./receiver.ts";

const MINUTE = 60_000;
const START = Date.parse("2026-09-16T08:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "larder-silence-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let minute = 0;
const open = async (): Promise<Intake> =>
  await Intake.open({
    ...{ stateDir: folder, server: "head", tags: { region: "North" }, sites: () => NO_SITES, log: silentLog },
    ...{ nowMs: () => START + minute * MINUTE, elapsedMs: () => minute * MINUTE },
  });

/** A report of now, each 5 minutes (`a`) or each 20 (`b`). */
async function report(intake: Intake, name: "a" | "b"): Promise<void> {
  const date = new Date(START + minute * MINUTE).toISOString();
  const guid = `00000000-0000-4000-8000-00000000000${name}`;
  const own = { serverGUID: guid, serialNumber: name, hostname: name, reportPeriod: name === "a" ? 300 : 1200 };
  await intake.take(reportBody({ ...own, reportDate: date, creationDate: date }));
}

function events(): string[] {
  const journal = join(folder, "journal", "receiver");
  return readdirSync(journal)
    .filter((name) => name.endsWith(".lp"))
    .flatMap((name) => readFileSync(join(journal, name), "utf8").match(/^events,.*$/gm) ?? [])
    .map((line) => `${(Number(line.slice(-13)) - START) / MINUTE} ${line.replace(/,tags=.*/, "")}`);
}

it("says once that a cache has fallen silent, and once that it is back, whatever restarts between", async () => {
  let intake = await open();
  for (const name of ["a", "b"] as const) await report(intake, name);
  const until = async (end: number): Promise<void> => {
    while (++minute <= end) await intake.eachMinute();
    minute = end;
  };
  await until(29);
  expect(events()).toEqual([]);
  await until(59);
  const silent =
    '30 events,region=North,server=a,event=cache-silent title="a no longer reports",text="its last report is 30 min old"';
  expect(events()).toEqual([silent]);
  await intake.close();
  // it is known from the journal which are silent; the others have their time again
  intake = await open();
  await until(100);
  expect(events()).toEqual([silent]);
  await report(intake, "a");
  await report(intake, "a");
  await until(101);
  expect(events().slice(1)).toEqual([
    '100 events,region=North,server=a,event=cache-back title="a reports again",text="after 1 h 40 min without a report"',
  ]);
  await until(119);
  expect(events().slice(2)).toEqual([
    '119 events,region=North,server=b,event=cache-silent title="b no longer reports",text="its last report is 1 h 59 min old"',
  ]);
  await intake.close();
});
