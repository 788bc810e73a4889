/**
 * Each sink: which server it really is, whether it can be reached, takes a point and gives it back.
 *
 * @module
 */
import { countText } from "../../../core/words/amounts.ts";
import type { Check, Symptom } from "../check.ts";
import type { SinkRecord } from "../facts/facts.ts";

export const sinks: Check = {
  name: "sinks",
  title: "Servers of sinks",
  finds: [
    ...["sink-unreachable", "sink-certificate", "sink-denied", "sink-place-missing", "sink-refused"],
    ...["sink-unread", "sink-other-engine", "sink-duplicates", "sink-retention-short"],
  ],
  look({ sinks: all }) {
    if (all === undefined || all.length === 0) return undefined;
    const symptoms = all.flatMap(symptomsOf);
    const seen = all
      .map(({ name, engine, step }) => `${name}: ${engine ?? "unknown server"}, ${STEPS[step]}`)
      .join("; ");
    return { seen: all.length > 2 ? countText(all.length, "server") : seen, symptoms };
  },
};

/** What boards of a year ask for; without -retentionPeriod, VictoriaMetrics keeps a month. */
const LEAST_DAYS = 365;

const STEPS = {
  reach: "no answer",
  write: "takes nothing",
  read: "takes points, not read back",
  done: "takes points and gives them back",
} as const;

/** Findings by larder's code of the failure; what is not in it is a refusal. */
const BY_CODE: Readonly<Record<string, readonly [id: string, why: string]>> = {
  SINK_UNREACHABLE: ["sink-unreachable", "lines wait in the journal until it answers; nothing is lost meanwhile"],
  SINK_CERTIFICATE: ["sink-certificate", "larder sends nothing to a server that cannot prove who it is"],
  SINK_DENIED: ["sink-denied", "it takes nothing until the user or the token has the right"],
  SINK_NOT_FOUND: ["sink-place-missing", "it takes nothing until the database or the bucket is there"],
};

function symptomsOf(sink: SinkRecord): Symptom[] {
  const other = otherEngine(sink);
  if (other !== undefined) return [other];
  const { name, url, step, code, said, next } = sink;
  const evidence = `${url}: ${said ?? code ?? "no reason"}`;
  if (step === "reach" || step === "write") {
    const [id, why] = BY_CODE[code ?? ""] ?? ["sink-refused", "lines wait in the journal; nothing is lost meanwhile"];
    const what = step === "reach" ? "cannot be reached" : "does not take a point";
    return [{ id, level: "bad", said: `${name} ${what}`, why, next: next ?? "see the server and its log", evidence }];
  }
  const found: Symptom[] = [];
  if (step === "read") {
    found.push({
      id: "sink-unread",
      level: "warn",
      said: `${name} took a point and does not give it back`,
      why: "boards that ask this server may show nothing; larder report --from-sink cannot work",
      next: next ?? "give the sink's user the right to read, and see that boards ask the same database",
      evidence,
    });
  }
  if (sink.dedup === false) {
    found.push({
      id: "sink-duplicates",
      level: "warn",
      said: `${name} keeps points that were sent twice`,
      why: "a batch is sent again after a failure, and then counts twice on every board",
      next: "start VictoriaMetrics with -dedup.minScrapeInterval=1ms",
      evidence: `${url}: dedup.minScrapeInterval is not set`,
    });
  }
  const { keepsDays } = sink;
  if (keepsDays !== null && keepsDays !== undefined && keepsDays < LEAST_DAYS) {
    found.push({
      id: "sink-retention-short",
      level: "warn",
      said: `${name} keeps points for ${countText(Math.round(keepsDays), "day")}`,
      why: "boards of months and years stay empty, and days that are sent after a long outage are dropped",
      next: "start VictoriaMetrics with -retentionPeriod=5y; it keeps what it still has",
      evidence: `${url}: retentionPeriod is ${Math.round(keepsDays)} d`,
    });
  }
  return found;
}

function otherEngine({ name, type, url, engine, fits }: SinkRecord): Symptom | undefined {
  if (fits === null || fits === undefined || fits === type) return undefined;
  return {
    id: "sink-other-engine",
    level: "bad",
    said: `${name} is set up as ${type}, and ${engine ?? "another server"} answers`,
    why: "it may take lines all the same; retention, roll-ups and boards then go by the wrong rules",
    next: `set the sink's type to ${fits}, or correct its url`,
    evidence: `${url}: ${engine ?? fits}`,
  };
}
