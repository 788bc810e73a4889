import type { ClientRow, Clients } from "../../core/history/history.ts";
import { type Answers, type Asked, makeReport } from "../make-report.ts";
import type { Report, Sources } from "../model.ts";
import { namedPeriod } from "../period.ts";

const ZONE = "Europe/Berlin";
const DAY_MS = 86_400_000;

/** What nobody should be able to do through the name of a site. */
export const HOSTILE_NAMES = [
  '</script><b onload="x()">',
  "=cmd()",
  "+1+1",
  "\u202eevil\u2066",
  "🏫 \u0301 école",
  "a".repeat(10_000),
  "line\nbreak\r\n\u2028",
  "\u001b[31mred\u0007",
] as const;

export const ASKED: Asked = {
  madeMs: Date.parse("2026-11-02T07:00:00Z"),
  timeZone: ZONE,
  period: namedPeriod("2026-10", {
    nowMs: Date.parse("2026-11-02T07:00:00Z"),
    timeZone: ZONE,
    schoolYearStarts: "08-01",
  }),
  by: "day",
  organisation: "Town of Example",
  logo: undefined,
  filter: {},
  groupBy: "site_name",
  worth: { currency: "EUR", pricePerGB: 0.02, lineMbits: 100 },
};

/** A row of a day; the middle of the day's first hour, so that both changes of the clock are days too. */
export function dayRow(startMs: number, sources: Sources, warmed = 0): Answers["buckets"][number] {
  const fromCaches = Number(sources.cache) + Number(sources.peers) + Number(sources.parents);
  const served = fromCaches + Number(sources.origin);
  const hitRatio = served > 0 ? fromCaches / served : undefined;
  return {
    startMs,
    group: {},
    served,
    fromCaches,
    fromApple: sources.origin,
    saved: fromCaches - warmed,
    hitRatio,
    sources,
  };
}

/** A month of a small town: two days without data, one site far below the others, one that fell silent. */
export function exampleAnswers(names: readonly string[] = []): Answers {
  const { fromMs } = ASKED.period;
  const buckets = Array.from({ length: 31 }, (_, day) =>
    // the clocks go back on the 25th
    dayRow(fromMs + day * DAY_MS + (day >= 25 ? 3_600_000 : 0), {
      cache: (day + 1) * 1e9,
      peers: day % 3 === 0 ? 2e8 : 0,
      parents: 0,
      origin: 4e8,
    }),
  ).filter((_, day) => day !== 9 && day !== 10);
  const site = (name: string, gigabytes: number, hitRatio: number): Answers["sites"][number] => ({
    name,
    served: gigabytes * 1e9,
    fromCaches: Math.round(gigabytes * hitRatio * 1e9),
    fromApple: Math.round(gigabytes * (1 - hitRatio) * 1e9),
    saved: Math.round(gigabytes * hitRatio * 1e9),
    hitRatio,
  });
  const sites = [
    site("Oak Road School", 120, 0.9),
    site("Hill Top School", 80, 0.88),
    site("Harbour School", 60, 0.91),
    site("Mill Lane School", 40, 0.89),
    site("Library", 20, 0.4),
    site("", 5, 0.9),
    ...names.map((name) => site(name, 1, 0.9)),
  ];
  return {
    buckets,
    before: { served: 4e11, fromCaches: 3e11, fromApple: 1e11, saved: 3e11, hitRatio: 0.75 },
    sites,
    recentSites: new Set(sites.map(({ name }) => name).filter((name) => name !== "Mill Lane School")),
    kinds: [
      { kind: "iOS Software", bytes: 3e11 },
      { kind: "Mac Software", bytes: 5e11 },
    ],
    clients: exampleClients(names),
    warming: { warmed: 42, failed: 1, bytesFromOrigin: 6e10, bytesServedFromDisk: 4e11 },
    troubles: [
      {
        timeMs: fromMs + 12 * DAY_MS,
        server: "cache-1",
        title: "Cache wiped",
        text: "it held 500 GB before",
      },
    ],
  };
}

function exampleClients(names: readonly string[]): Clients {
  const row = (requests: number, tags: Partial<ClientRow>): ClientRow => ({
    startMs: ASKED.period.fromMs,
    family: undefined,
    os: undefined,
    model: undefined,
    kind: undefined,
    ...tags,
    requests,
    clients: Math.round(requests / 10),
    transfers: requests,
    incomplete: 0,
    bytes: requests * 1e6,
    fromCache: requests * 9e5,
    fromOrigin: requests * 1e5,
    fromPeers: 0,
    fromParents: 0,
  });
  return {
    bySystem: [
      row(9000, { family: "iPad", os: "iPadOS 26.1" }),
      row(4000, { family: "Mac", os: "macOS 26.1" }),
      row(1000, { family: "iPad", os: "iPadOS 18.7" }),
      ...names.map((name) => row(10, { family: name, os: name })),
    ],
    byModel: [
      row(9000, { family: "iPad", model: "iPad16,3" }),
      ...names.map((model) => row(1, { family: "iPad", model })),
    ],
    byKind: [row(14_000, { kind: "ipsw" }), ...names.map((kind) => row(1, { kind }))],
  };
}

export function exampleReport(names: readonly string[] = [], asked: Partial<Asked> = {}): Report {
  return makeReport({ ...ASKED, ...asked }, exampleAnswers(names));
}
