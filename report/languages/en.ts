/**
 * English.
 *
 * @module
 */
import type { Texts } from "./texts.ts";

export const en: Texts = {
  locale: "en-GB",
  days: "days",
  title: "What the content caches saved",
  served: "Served to devices",
  saved: "Saved",
  fromApple: "From Apple",
  fromCaches: "From the caches",
  hitRatio: "Hit ratio",
  before: "before",
  sources: { cache: "Cache", peers: "Peers", parents: "Parents", origin: "Apple" },
  byTime: {
    hour: "Served by hour",
    day: "Served by day",
    week: "Served by week",
    month: "Served by month",
  },
  time: { hour: "Hour", day: "Day", week: "Week of", month: "Month" },
  shares: "Share of each source",
  sites: "Sites",
  site: "Site",
  noSite: "no name set",
  otherSites: (count) => `${count} more`,
  kinds: "Held in the caches",
  kind: "Kind",
  held: "Held",
  clients: "Devices",
  families: "By family",
  systems: "By system",
  models: "By model",
  files: "By kind of file",
  family: "Family",
  system: "System",
  model: "Model",
  devicesADay: "Devices a day",
  requests: "Requests",
  delivered: "Delivered",
  warming: "Warming",
  runs: "Runs",
  warmedFiles: "Files warmed",
  failedFiles: "Files that failed",
  warmingCost: "Fetched from Apple for it",
  warmingEffect: "Served from the caches' disks",
  troubles: "What went wrong",
  when: "When",
  what: "What",
  cache: "Cache",
  noTroubles: "Nothing was reported.",
  gaps: "Gaps in the data",
  noGaps: "None: every day has data.",
  noData: "no data",
  total: "Total",
  madeBy: (when) => `Made by larder on ${when}.`,
  table: "As a table",
  mainSentence: ({ served, fromCaches, share, fromApple }) =>
    `Of ${served} that devices downloaded, ${fromCaches} (${share}) came from the caches and ${fromApple} from Apple.`,
  nothingKnown: "There is no data for this period.",
  nothingServed: "Nothing was served in this time.",
  savedSentence: (saved) => `The caches saved ${saved} on the line to Apple`,
  worth: ({ money, line }) =>
    money !== undefined && line !== undefined
      ? `: worth ${money}, or ${line} of the full line.`
      : money !== undefined
        ? `: worth ${money}.`
        : line !== undefined
          ? `: ${line} of the full line.`
          : ".",
  more: (percent) => `${percent} more than before`,
  less: (percent) => `${percent} less than before`,
  same: "the same as before",
  warmingSentence: ({ files, cost }) =>
    `Warming put ${files} files into the caches ahead of time, for ${cost} from Apple.`,
  outlierSentence: (names, share) =>
    `Far below the others: ${names}. Half of the sites got at least ${share} of their downloads from the caches.`,
  unknownSentence: (parts) => `Not known from what was read: ${parts}.`,
  gapSentence: (days, count) =>
    days === 1
      ? "1 day has no data. It is left out; it was not a day without traffic."
      : `${count} days have no data. They are left out; they were not days without traffic.`,
  lowHitRatio: "low hit ratio",
  silent: "no data lately",
};
