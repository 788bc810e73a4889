import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJournal } from "../../../core/journal/journal.ts";
import { columnsOf } from "../../../core/words/columns.ts";
import { larderInProcess } from "../../testing/in-process.ts";
import { sentText } from "./past.ts";

const folder = mkdtempSync(join(tmpdir(), "larder-watch-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.now();
const MINUTE = 60_000;

/** Runs `larder alerts …` with the settings of this test. */
async function alerts(line: string) {
  const words = line.split(" ").map((word) => word.replaceAll("_", " "));
  const at = words[0] === "silence" ? 2 : 1;
  const answer = await larderInProcess([
    ...["alerts", ...words.slice(0, at)],
    ...["-c", join(folder, "larder.json"), ...words.slice(at)],
  ]);
  for (const each of answer.out.split("\n")) {
    if (!words.includes("--json")) expect(columnsOf(each), each).toBeLessThanOrEqual(80);
  }
  return answer;
}
const json = async (line: string) => JSON.parse((await alerts(`${line} --json`)).out) as Record<string, unknown>;

beforeAll(async () => {
  const stateDir = join(folder, "state");
  const journal = await openJournal(stateDir, "collector");
  const cache = (server: string, pressure: number, minutesAgo: number) =>
    `cachestatus,region=North,server=${server},site_name=${server}-school activated=true,active=true,registered=1i,pressure=${pressure} ${NOW - minutesAgo * MINUTE}`;
  const lines = [
    cache("c1", 0.3, 1),
    cache("c2", 0.9, 2),
    cache("c3", 0.6, 240),
    `events,event=wiped,region=North,server=c1,site_name=c1-school title="Cache wiped",text="it held 9 GB" ${NOW - 5 * MINUTE}`,
  ];
  await journal.append({ lines: `${lines.join("\n")}\n`, lineCount: lines.length, span: { fromMs: NOW, toMs: NOW } });
  await journal.close();
  const overrides = [{ tags: { region: "North" }, limits: { pressure: { trouble: 0.85 } }, off: ["disk"] }];
  const until = new Date(NOW + 3_600_000).toISOString();
  const silences = [{ rule: "idle", until, why: "holiday trip" }];
  const settings = { server: "own", timezone: "UTC", stateDir, alerts: { overrides, silences } };
  writeFileSync(join(folder, "larder.json"), JSON.stringify(settings));
  await alerts("check");
});

describe("larder alerts rules", () => {
  it("shows every rule with its state, its limits and where they come from", async () => {
    const { out, code } = await alerts("rules");
    expect(code).toBe(0);
    expect(out).toMatch(/^pressure +pending 1\/3 +1 h +pressure +≥ 0\.5 \/ 0\.8$/m);
    expect(out).toMatch(/^ {2}overrides\[0\], region=North: pressure ≥ 0\.5 \/ 0\.85$/m);
    expect(out).toMatch(/^wan-day .*\n {2}alerts\.wanGbPerDay: not set, so nothing is watched$/m);
    expect(out).toMatch(/^wiped +firing 1\/3 +at once/m);
    expect(out).toMatch(/^3 caches\. .*\nThe watch last looked /m);
  });

  it("names the file of an override for scripts", async () => {
    const { rules } = (await json("rules")) as { rules: { rule: string; overrides: unknown[] }[] };
    const origin = `${join(folder, "larder.json")}`;
    expect(rules.find(({ rule }) => rule === "pressure")?.overrides).toMatchObject([
      { limits: [{ trouble: 0.85, from: [{ setting: "alerts.overrides.0.limits.pressure.trouble", origin }] }] },
    ]);
  });
});

describe("larder alerts explain", () => {
  it("says what it looked at and what came of it", async () => {
    const { out } = await alerts("explain pressure --cache c2");
    expect(out).toMatch(/^c2 {2}\(region=North site_name=c2-school\)$/m);
    expect(out).toMatch(/pending +wrong since .*; an alert when it lasts until/);
    expect(out).toMatch(/status\.pressure +0\.9$/m);
    expect(out).toMatch(/limits +pressure ≥ 0\.5 \/ 0\.85 {2}\(overrides\[0\]\)$/m);
  });

  it("tells apart what it does not know from what is well, and a held back alert from a reported one", async () => {
    expect((await alerts("explain pressure --cache c1")).out).toMatch(/ok +nothing is wrong/);
    // its status is four hours old: silent, and nothing is known of its pressure
    expect((await alerts("explain pressure --cache c3")).out).toMatch(/unknown +nothing is known of it/);
    expect((await alerts("explain wiped --cache c1")).out).toMatch(/notified +people were notified at/);
    expect((await alerts("explain disk --cache c1")).out).toMatch(/off +not watched: alerts\.overrides\.0\.off/);
    expect((await alerts("explain silent --cache c3")).out).toMatch(/looked at heardMs .*4 h ago/);
  });

  it("corrects a slip of the fingers", async () => {
    expect(await alerts("explain presure")).toMatchObject({
      code: 2,
      err: expect.stringContaining("did you mean pressure?"),
    });
    expect(await alerts("explain off --cache c22")).toMatchObject({
      code: 2,
      err: expect.stringContaining("did you mean c2?"),
    });
  });
});

describe("larder alerts silence", () => {
  it("silences what is named until its end, says what that covers, and ends it", async () => {
    const dry = await alerts("silence add --site c1-school --for 4h --why works --dry-run");
    expect(dry.out).toMatch(
      /^would silence all alerts of site c1-school until [^;]*; it covers 1\nalert that fires now\n {2}wiped c1$/m,
    );
    expect((await json("silence list"))["silences"]).toHaveLength(1);
    const { silence } = (await json(
      "silence add --rule wiped --tag region=North --for 4h --why new_disk --who ada",
    )) as {
      silence: { id: string };
    };
    expect((await alerts("explain wiped --cache c1")).out).toMatch(/silenced +silenced by ada until .*: new disk/);
    const list = await alerts("silence list");
    expect(list.out).toMatch(new RegExp(`^${silence.id} {2}until .*: wiped of region=North\\n {6}ada: new disk$`, "m"));
    expect(list.out).toMatch(/^alerts\.silences\[0\] {2}until .*: idle\n {6}holiday trip$/m);
    expect(await alerts("silence remove alerts.silences[0]")).toMatchObject({ code: 2 });
    expect((await alerts(`silence remove ${silence.id}`)).out).toMatch(/^ended /);
    expect((await alerts("explain wiped --cache c1")).out).toMatch(/notified/);
  });

  it.each([
    ["--for 4h --why x", /not clear of which alerts/],
    ["--all --rule off --for 4h --why x", /not clear of which alerts/],
    ["--all --why x", /needs an end/],
    ["--all --for 4h --until tomorrow --why x", /needs an end/],
    ["--all --until 2020-01-01 --why x", /that is over/],
    ["--all --for 99w --why x", /the longest is a year/],
    ["--all --for soon --why x", /the length "soon"/],
    ["--rule of --for 4h --why x", /did you mean off\?/],
  ])("refuses what has no clear end or meaning: %s", async (words, said) => {
    const { code, err } = await alerts(`silence add ${words}`);
    expect(code).toBe(2);
    expect(err).toMatch(said);
  });
});

describe("larder alerts history", () => {
  it("says what was sent to whom, and why something was not, in 80 columns", () => {
    const about = { kind: "firing", rule: "warming-skipped", servers: ["cache-of-the-long-name", "c2"], more: 7 };
    const sent = [
      { ...about, atMs: 60_000, to: "mail", outcome: "failed", tries: 2, why: "no answer" },
      { ...about, atMs: 0, to: "mail", outcome: "failed", tries: 1, why: "no answer" },
      { ...about, atMs: 0, to: "hook", outcome: "delivered", tries: 1, why: undefined, more: 0, servers: ["c1"] },
    ] as const;
    const lines = sentText(sent, "UTC").split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(lines[2]).toMatch(/mail +failed +2 +firing w\S+ +cache\S+ ?\+8$/);
    expect(lines[4]).toMatch(/hook +delivered +1 +firing w\S+ +c1$/);
    expect(lines.slice(5)).toEqual(["", "mail: no answer"]);
  });

  it("lists what fired and what is over", async () => {
    const { out } = await alerts("history");
    expect(out).toMatch(/ still {2}bad {2}wiped +c1$/m);
    expect((await alerts("history --rule off")).out).toBe("no alerts in that time\n");
    expect((await json("history --cache c1"))["alerts"]).toMatchObject([{ rule: "wiped", server: "c1", over: null }]);
  });
});
