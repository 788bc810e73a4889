/**
 * The daily report in English.
 *
 * @module
 */

export const daily = {
  subject: "Caches on {day}: {served:bytes} served, {saved:bytes} saved",
  subjectNothing: "Caches on {day}: nothing was served",
  summary: "{caches:count} {caches?cache|caches} served {served:bytes}, {ratio:percent} of it without Apple.",
  nothing: "No cache recorded anything that day.",
  day: "That day",
  dayBefore: "Day before",
  weekBefore: "Week before",
  served: "Served",
  saved: "Saved",
  fromApple: "From Apple",
  fromPeers: "From peers",
  hitRatio: "Hit ratio",
  clients: "Clients",
  asked: "{clients:count} {clients?client|clients} asked for {requests:count} {requests?file|files}",
  families: "Families",
  models: "Models",
  systems: "Systems",
  kinds: "Kinds of file",
  more: "{count:count} more",
  warming: "Warming",
  warmed:
    "{runs:count} {runs?run|runs}: {warmed:count} {warmed?file|files} fetched ({bytes:bytes}), {cached:count} there already, {failed:count} failed",
  unfinished: "{count:count} not finished",
  wrong: "What went wrong",
  nothingWrong: "Nothing.",
  lasted: "lasted {length:duration}",
  recovered: "recovered",
  goesOn: "not over",
  since: "since {moment}",
  andMore: "and {count:count} more: larder alerts history",
} as const;
