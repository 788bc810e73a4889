/**
 * The pipe of this computer as metrics: its sinks, its journal, and what is wrong.
 *
 * @module
 */
import { VERSION } from "../../core/version.ts";
import type { Pipe } from "../health/health.ts";
import type { Family, Sample } from "./family.ts";

/** Families of the pipe. */
export function pipeFamilies({ sinks, journal, findings }: Pipe): Family[] {
  const ofSinks = (
    name: string,
    help: string,
    valueIn: (sink: Pipe["sinks"][number]) => number | undefined,
  ): Family => {
    const samples = sinks.flatMap((sink): Sample[] => {
      const value = valueIn(sink);
      return value === undefined ? [] : [{ labels: { sink: sink.name }, value }];
    });
    return { name, type: "gauge", help, samples };
  };
  const ofStreams = (
    name: string,
    help: string,
    valueIn: (stream: (typeof journal.streams)[number]) => number,
  ): Family => {
    const samples = journal.streams.map((health) => ({ labels: { stream: health.stream }, value: valueIn(health) }));
    return { name, type: "gauge", help, samples };
  };
  return [
    {
      name: "larder_build",
      type: "info",
      help: "The version of larder",
      samples: [{ labels: { version: VERSION }, value: 1 }],
    },
    {
      name: "larder_findings",
      type: "gauge",
      help: "What larder status finds wrong, by how bad it is",
      samples: (["bad", "warn"] as const).map((level) => ({
        labels: { level },
        value: findings.filter((finding) => finding.level === level).length,
      })),
    },
    {
      name: "larder_finding",
      type: "gauge",
      help: "Each of them: how often it was found",
      samples: [...new Set(findings.map(({ id, level }) => `${id} ${level}`))].map((key) => {
        const [id = "", level = ""] = key.split(" ");
        return { labels: { id, level }, value: findings.filter((each) => `${each.id} ${each.level}` === key).length };
      }),
    },
    ofSinks("larder_sink_backlog_bytes", "Journal bytes a sink has yet to take", (sink) => sink.backlogBytes),
    ofSinks("larder_sink_lost_bytes", "Journal bytes removed before a sink took them", (sink) => sink.lostBytes),
    ofSinks("larder_sink_rejected_bytes", "Size of the file of lines a sink refused", (sink) => sink.rejectBytes),
    ofSinks("larder_sink_stopped", "1 while a sink takes nothing until somebody acts", (sink) =>
      sink.problem?.stopped === true ? 1 : 0,
    ),
    ofSinks("larder_sink_last_shipped_timestamp_seconds", "When a sink last took anything", ({ movedMs }) =>
      movedMs === undefined ? undefined : movedMs / 1000,
    ),
    ofStreams("larder_journal_disk_bytes", "Disk a stream of the journal takes", ({ diskBytes }) => diskBytes),
    ofStreams("larder_journal_damaged_bytes", "Bytes of a stream that are damaged or missing", ({ losses }) =>
      losses.reduce((sum, { bytes }) => sum + bytes, 0),
    ),
    {
      name: "larder_journal_free_bytes",
      type: "gauge",
      help: "Room on the disk of the journal",
      samples: journal.freeBytes === undefined ? [] : [{ labels: {}, value: journal.freeBytes }],
    },
  ];
}
