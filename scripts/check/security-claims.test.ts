/**
 * Each claim of docs/security.md and the test that shows it. A row that is new there needs a line here, a test that is
 * renamed too; what no test can show says why.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** A file, and what is found in the title of one of its tests. */
type Shown = readonly (readonly [file: string, title: string])[];

const SECRETS: Shown = [
  ["cli/secrets.test.ts", "is in nothing that `%s` prints or leaves behind"],
  ["cli/secrets-shown.test.ts", "ends with 1 and no secret: %s"],
  ["cli/secrets-shown.test.ts", "of a server that repeats its login is without it"],
];
const MODES: Shown = [
  ["cli/modes.test.ts", "the state folder is its user's and its group's to read"],
  ["cli/modes.test.ts", "nobody else reads anything, and all works"],
];
const CLIENTS: Shown = [
  ["collector/forget-clients.test.ts", "keeps it for three days, and no longer, when no line comes any more"],
  ["collector/forget-clients.test.ts", "forgets it where the settings leave the log out"],
  ["collector/sources/service-log/service-log.test.ts", "over passes and restarts, and keeps no address"],
];
const HEADERS: Shown = [["core/server/promises.test.ts", "has the headers that leave a browser no freedom"]];
const TLS: Shown = [
  ["core/server/promises.test.ts", "no version before 1.2 is spoken, also with a renewed certificate"],
];
const LIMITED: Shown = [
  ["core/server/server.test.ts", "reads bodies up to the limit, packed or not, and never unpacks more"],
];
const SESSION: Shown = [
  ["core/server/promises.test.ts", "ends after 90 days, also for somebody who has copied the cookie"],
  ["core/server/promises.test.ts", "ends within ten seconds when its token is no longer in the file"],
];
const GUESSED: Shown = [
  ["core/server/promises.test.ts", "counts as ten requests of its address, and no other address pays for it"],
  ["core/server/server.test.ts", "leaves a word in the log when a token was wrong, once a minute for an address"],
];
const OTHER_SITE: Shown = [
  ["core/server/server.test.ts", "but no page whose name was made to point here"],
  ["core/server/server.test.ts", "with a cookie that holds no token"],
];
const HOSTILE: Shown = [
  ["report/page/page.test.ts", "holds hostile names as text"],
  ["report/live/live.test.ts", "is harmless with any name"],
  ["report/forms.test.ts", "as CSV from hostile names: no formula"],
  ["report/forms.test.ts", "nothing that steers a terminal"],
  ["cli/output.test.ts", "has no control character, whatever a text holds"],
  ["core/log.test.ts", "steers no terminal, and is the same JSON"],
];
const PROGRAMS: Shown = [
  ["core/admin-program.test.ts", "takes none in a folder that others can change, however far above it"],
  ["core/admin-program.test.ts", "takes none by a link that leads where others can change what is there"],
  ["precache/run/scripts.test.ts", "gives it nothing of our own environment that may hold a secret"],
  ["cli/secrets.test.ts", "reaches no program that a run starts, neither as a word nor in the environment"],
];
const REPORTS: Shown = [
  ["collector/receiver/receiver.test.ts", "refuses with the reason what is not a report"],
  ["collector/receiver/hostile.test.ts", "takes no line of a text that looks like one"],
];

/** By heading and the first cell of a row. A text instead of tests is why there are none. */
const CLAIMS: Readonly<Record<string, Readonly<Record<string, Shown | string>>>> = {
  "What there is to protect": {
    "Secrets: tokens and passwords of servers, inventories, notifiers": [
      ...SECRETS,
      ["core/config/secret.test.ts", "warns of a file that everybody can read"],
    ],
    "Numbers of your caches": MODES,
    "Who asked a cache for what": CLIENTS,
    "Addresses of people who get alerts": [
      ["alerts/recipients/store.contract.ts", "keeps the last ten, and keeps owner, group and mode"],
    ],
    "The caches themselves":
      "what larder does not do: it opens databases to read, and no command of its own writes a setting",
  },
  "What leaves the computer": {
    "servers in `sinks`": [
      ...CLIENTS,
      ["cli/secrets.test.ts", "goes nowhere else when a server redirects there"],
      ["core/http/http.test.ts", "is not followed: what was sent may hold a secret"],
    ],
    "notifiers, `alerts.pingUrl`": [
      ["alerts/notify/notify.test.ts", "delivers what, where, since when and what to do"],
    ],
    "Grafana (`grafana push`)": [["cli/commands/grafana/grafana.test.ts", "pushes with the token of a file"]],
    "MDM servers (`precache.devices`)": [
      [
        "precache/devices/device-source.contract.ts",
        "keeps no names, serial numbers, users or addresses, and logs none",
      ],
      ["precache/devices/mdm-sources.test.ts", "a next page on another server is not asked for"],
    ],
    "Apple and catalogues, through the cache or directly": [
      ["precache/catalogs/pallas.test.ts", "are one for each board, model, version and build"],
    ],
    "Apple's servers, each name server, your servers": [
      ["collector/sinks/probe/probe.engines.test.ts", "takes a point and gives it back"],
    ],
  },
  "How long it is kept": {
    journal: [["core/journal/retention.test.ts", "removes what is older than the days, oldest first, never the last"]],
    "on servers": [["collector/sinks/setup/setup.test.ts", "says when a shorter time deletes points"]],
    "hashes of clients' addresses, with their key": CLIENTS,
    "alerts and notices": [["alerts/outbox/outbox.test.ts", "tries for 72 hours what is not taken, and no longer"]],
    logs: [["scripts/check/deploy.test.ts", "logs on a Mac are five files of 2 MB"]],
    "everything on this computer": [["cli/commands/install/install.test.ts", "nothing at all with --purge"]],
  },
  "Who may come, and what stops them": {
    "A device in the network": [
      ["core/server/server.test.ts", "refuses addresses it cannot have, and those that others reach without a token"],
      ["cli/commands/serve/serve.test.ts", "lets nobody in without the token where there is one, but says how it is"],
    ],
    "A web page in somebody's browser": OTHER_SITE,
    "Somebody who guesses tokens": [
      ...GUESSED,
      ["core/server/server.test.ts", "reads tokens from a file, with a name each or one for all"],
    ],
    "A sender that means harm": [
      ...LIMITED,
      ["core/server/server.test.ts", "closes on heads that are too long, incomplete or slow"],
      ["core/server/server.test.ts", "goes on beside many that say nothing, and lets them go"],
      ["core/server/server.test.ts", "drops a client that does not read its feed, and bounds the feeds"],
    ],
    "A cache that lies": [
      ["collector/receiver/receiver.test.ts", "sets aside what a clock a year off says"],
      ["collector/receiver/hostile.test.ts", "takes no line of a text that looks like one"],
    ],
    "A name such as `</script><b>` or `=cmd()`": [...HOSTILE, ...HEADERS],
    "A server that larder talks to": [
      ["core/http/http.test.ts", "is not followed: what was sent may hold a secret"],
      ["core/http/http.test.ts", "that is too long is an error, or cut off where its beginning will do"],
      ...SECRETS,
    ],
    "Another user of the computer": [...PROGRAMS, ...MODES],
    "A thief of a backup": [...SECRETS, ["core/config/secret.test.ts", "takes the text, a file or a variable"]],
  },
  "Least privilege": {
    "`larder collect` on a cache": "what macOS asks for",
    "`larder precache run`": MODES,
    "`larder receive`, `larder serve`": [["scripts/check/deploy.test.ts", "of systemd start commands that there are"]],
    "`larder alerts`, `report`, `history`, `status`": MODES,
  },
  "The HTTP servers, point by point": {
    "2.2.1": GUESSED,
    "2.10.4": SECRETS,
    "3.4.1–3.4.3, 3.4.5": TLS,
    "3.4.4": "not kept, and said so",
    "3.3.1, 3.3.3": SESSION,
    "4.2.2": OTHER_SITE,
    "5.1.3, 5.2.2": REPORTS,
    "5.3.3": HOSTILE,
    "5.3.8": [["alerts/notify/notify.test.ts", "command and server: arguments are a list"]],
    "5.5.2": [["precache/catalogs/plist/plist.test.ts", "refuses entities of one's own (a billion laughs)"]],
    "7.1.1, 7.1.2": [...SECRETS, ...CLIENTS],
    "7.1.3": GUESSED,
    "7.3.1": [["core/log.test.ts", "steers no terminal, and is the same JSON"]],
    "7.4.1": [...HEADERS, ["core/server/server.test.ts", "says only that it failed when an answer cannot be made"]],
    "8.2.1": [...HEADERS, ["core/server/promises.test.ts", "has them when there are too many requests"]],
    "8.3.1": OTHER_SITE,
    "9.1.1–9.1.3": TLS,
    "9.2.1": [
      ["core/http/http.test.ts", "is refused also where the environment makes Node accept any"],
      ["alerts/notify/notify.test.ts", "and sends nothing where it does not"],
    ],
    "12.1.1, 12.1.2": LIMITED,
    "12.3.1": [["core/server/server.test.ts", "and 400 to paths that lead elsewhere"]],
    "13.1.5, 13.2.5": LIMITED,
    "13.2.1": [["core/server/server.test.ts", "405 with what is allowed"]],
    "14.4.1–14.4.7": HEADERS,
    "14.5.2, 14.5.3": HEADERS,
  },
};

/** First cells of the rows below a heading. */
function rowsOf(page: string, heading: string): string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  const cells = rows.map((line) => line.split("|")[1]?.trim() ?? "");
  return cells.filter((cell) => !["", "what", "to", "who", "process", "point"].includes(cell));
}

const page = readFileSync(join(ROOT, "docs/security.md"), "utf8");

it("has a line for every claim of docs/security.md, and none for another", () => {
  const tables = page.split(/^## /m).filter((section) => /^\|/m.test(section));
  expect(tables.map((section) => section.split("\n")[0])).toEqual(Object.keys(CLAIMS));
  for (const [heading, claims] of Object.entries(CLAIMS))
    expect(rowsOf(page, heading), heading).toEqual(Object.keys(claims));
});

it.each(
  Object.entries(CLAIMS).flatMap(([heading, claims]) => Object.entries(claims).map((each) => [heading, ...each])),
)("%s: %s is shown by tests there are", (_heading, _claim, shown) => {
  if (typeof shown === "string") return;
  expect(shown.length).toBeGreaterThan(0);
  for (const [file, title] of shown) {
    expect(existsSync(join(ROOT, file)), file).toBe(true);
    const found = readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .some((line) => line.includes(title));
    expect([file, title, found]).toEqual([file, title, true]);
  }
});
