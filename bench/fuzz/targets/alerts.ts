/** What `alerts` reads from outside: calendars, silences, states, lists of recipients, macOS Server's database, answers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { timesOf } from "../../../alerts/calendars/ical.ts";
import { ntfy } from "../../../alerts/notify/ntfy.ts";
import { ALERTS_DEFAULTS } from "../../../alerts/options.ts";
import { parseAddress } from "../../../alerts/recipients/address.ts";
import { initDatabase } from "../../../alerts/recipients/init.ts";
import { parseLanguage } from "../../../alerts/recipients/language.ts";
import { formatRecipientList, parseRecipientList } from "../../../alerts/recipients/recipient-list.ts";
import { loadAlertData } from "../../../alerts/recipients/store.ts";
import { readSilences } from "../../../alerts/silences/silence-file.ts";
import { parseStored, storedJson } from "../../../alerts/state/stored.ts";
import { answer, asAnswer, asFile, fuzzFolder, jsonOf } from "../edges.ts";
import { json, sharedFiles, texts } from "../seeds.ts";
import { NotTheSame, type Target } from "../target.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
const PORTABLE = { ...ALERTS_DEFAULTS, engine: "portable" } as const;

const event = (text: string): string => `BEGIN:VEVENT\r\nUID:u\r\n${text}\r\nEND:VEVENT\r\n`;
const calendar = (...events: string[]): string =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${events.map(event).join("")}END:VCALENDAR\r\n`;

const SUBJECT = { server: "cache01", part: "", tags: { site: "x" }, values: { free: 1 }, sinceMs: 1 };
const STORED = {
  ...{ v: 1, series: "abc", next: 3, lookMs: 5, daily: { upToMs: 1 } },
  alerts: [{ ...SUBJECT, rule: "disk", phase: "firing", level: "bad", seenMs: 2, reminders: 0 }],
  notices: [
    {
      id: "1",
      kind: "firing",
      rule: "disk",
      incident: "i",
      place: "x",
      level: "bad",
      atMs: 1,
      alerts: [SUBJECT],
      remaining: 0,
    },
  ],
  outbox: [{ notice: "1", to: "mail", firstMs: 1, nextMs: 2, tries: 1 }],
  failing: { mail: { sinceMs: 1, why: "x", refused: false } },
};

export const targets: readonly Target[] = [
  {
    name: "alerts/calendar",
    seeds: () =>
      texts(
        calendar("DTSTART;VALUE=DATE:20261223\r\nDTEND;VALUE=DATE:20270107\r\nSUMMARY:x"),
        calendar(
          "DTSTART;TZID=Europe/Berlin:20260907T200000\r\nDTEND;TZID=Europe/Berlin:20260907T220000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO",
        ),
        calendar(
          "DTSTART:20261102T200000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY",
          "RECURRENCE-ID:20261123T200000Z\r\nDTSTART:20261124T180000Z\r\nDURATION:PT1H",
        ),
      ),
    words: [
      "RRULE:FREQ=SECONDLY",
      "BYDAY=",
      "EXDATE:",
      "RDATE:",
      "COUNT=",
      "UNTIL=",
      "INTERVAL=0",
      "TZID=",
      "BYSETPOS=",
      "BYMONTH=2;BYMONTHDAY=30",
    ],
    // it becomes the sentence of CALENDAR_FILE; what is a mistake of the program does not
    mayThrow: (error) => error instanceof Error && !/^(TypeError|RangeError|ReferenceError)$/.test(error.name),
    run: (input) => timesOf(input.toString("utf8"), { nowMs: NOW, timeZone: "Europe/Berlin" }),
  },
  {
    name: "alerts/silences",
    seeds: () =>
      json({
        silences: [
          {
            id: "abc",
            added: "2026-01-01T00:00:00Z",
            rule: "disk",
            tags: { site: "x" },
            until: "2026-02-01T00:00:00Z",
            who: "a",
            why: "b",
          },
        ],
      }),
    run: asFile("silences/silences.json", async (_, folder) => await readSilences(folder)),
  },
  {
    name: "alerts/stored",
    seeds: () => json(STORED),
    run: (input) => {
      const stored = parseStored(jsonOf(input));
      if (stored === undefined) return undefined;
      const again = parseStored(storedJson(stored));
      if (JSON.stringify(again) !== JSON.stringify(stored)) throw new NotTheSame(stored, again);
      return stored;
    },
  },
  {
    name: "alerts/recipient-list",
    seeds: () => [
      ...texts('address,language,enabled\na@example.org,de,yes\n"B <b@example.org>";en;no\n'),
      ...sharedFiles("alerts", ".csv"),
    ],
    words: ["@", "<", ">", "address", '"', ";"],
    run: (input) => {
      const list = parseRecipientList(input);
      const recipients = list.wanted.map(({ address, language = "en", enabled = true }) => ({
        address,
        language,
        enabled,
      }));
      const again = parseRecipientList(Buffer.from(formatRecipientList(recipients as never)));
      if (again.wanted.length !== list.wanted.length) throw new NotTheSame(list, again);
      return [list, parseAddress(input.toString("utf8")), parseLanguage(input.toString("utf8"))];
    },
  },
  {
    name: "alerts/alert-database",
    seeds: async () => {
      const path = join(fuzzFolder(), `seed-${process.hrtime.bigint()}-alertData.db`);
      await initDatabase(path, { withoutMetadata: false }, PORTABLE);
      return [readFileSync(path)];
    },
    words: ["ZADMAILRECIPIENT", "Z_PRIMARYKEY", "SQLite format 3\0"],
    shortRound: 3,
    run: asFile("alertData.db", async (path) => await loadAlertData(path, PORTABLE)),
  },
  {
    name: "alerts/notifier-answer",
    seeds: () => [...json({ ok: true }), answer(429, '{"retry_after":5}'), answer(500, "<html>no</html>")],
    shortRound: 3,
    run: asAnswer(async (url) => {
      const message = { subject: "x", text: "y", facts: [], link: undefined };
      return await ntfy({ name: "a", url: `${url}/topic`, token: undefined }).send(
        { kind: "firing", level: "bad" } as never,
        message as never,
      );
    }),
  },
];
