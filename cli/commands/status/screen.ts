/**
 * The screen of `larder status`: a model in, lines of text out. Colours and bars only where a person looks.
 *
 * @module
 */

import type { SinkFacts, StatusModel } from "../../../collector/index.ts";
import { momentText, weekdayText } from "../../../core/time/moments.ts";
import { ageText, bytesText, countText, durationText, percentText } from "../../../core/words/amounts.ts";
import { columnsOf, flow } from "../../../core/words/columns.ts";
import { findingText, LEVEL_COLOURS } from "../../finding-text.ts";
import { bar, colour } from "../../output.ts";
import { type Column, table } from "../../table.ts";

export interface ScreenOptions {
  /** Columns there are. */
  readonly width: number;
  /** Whether bars may be drawn. */
  readonly bars: boolean;
}

const MARGIN = 10;
const SPARKS = "▁▂▃▄▅▆▇█";
const MAX_KINDS = 5;

/** The whole screen, without a newline at its end. */
export function statusScreen(model: StatusModel, options: ScreenOptions): string {
  const blocks = [
    headline(model, options),
    block("CACHE", cacheLines(model, options)),
    block("TRAFFIC", trafficLines(model, options)),
    block("PIPE", pipeLines(model, options)),
    block(model.findings.length === 0 ? "OK" : "PROBLEMS", findingLines(model, options)),
  ];
  return blocks.join("\n\n");
}

function headline({ server, nowMs, timeZone, worst, findings, cache }: StatusModel, { width }: ScreenOptions): string {
  const left = `${server} · ${momentText(nowMs, timeZone)}`;
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length;
  const parts = [
    count("bad") > 0 ? countText(count("bad"), "error") : "",
    count("warn") > 0 ? countText(count("warn"), "warning") : "",
  ];
  const right = worst === "ok" ? wellText(cache) : parts.filter((part) => part !== "").join(", ");
  const gap = " ".repeat(Math.max(2, width - columnsOf(left) - columnsOf(right)));
  return `${colour(left, "bold")}${gap}${colour(right, LEVEL_COLOURS[worst])}`;
}

/** A cache whose status is not read is not reported as well: only what is known is shown. */
function wellText(cache: StatusModel["cache"]): string {
  return cache === undefined ? "collecting well; the cache's own status is not read" : "all is well";
}

/** A title in the margin, lines beside it. */
function block(title: string, lines: readonly string[]): string {
  return lines
    .map((line, i) =>
      i === 0 ? `${colour(title, "dim")}${" ".repeat(MARGIN - title.length)}${line}` : `${" ".repeat(MARGIN)}${line}`,
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

function cacheLines({ cache, nowMs, readsStatus }: StatusModel, options: ScreenOptions): string[] {
  if (cache === undefined)
    return [readsStatus ? "no status has been read yet" : "its status is not read (sources.managerStatus)"];
  const registered = { 1: "registered", 0: "registering", [-1]: "not registered" }[cache.registered ?? 9];
  const states = [
    cache.active === undefined ? undefined : cache.active ? "active" : "not active",
    cache.state === undefined || cache.state === "serving" ? undefined : cache.state,
    registered,
    cache.pressure === undefined ? undefined : `pressure ${percentText(cache.pressure, 0)}`,
    `read ${ageText(nowMs - cache.timeMs)} ago`,
  ];
  const known = states.filter((state) => state !== undefined);
  const lines = flow(known, " · ", options.width - MARGIN);
  const used = roomLine(cache, options);
  if (used !== undefined) lines.push(used);
  const kinds = cache.content.slice(0, MAX_KINDS).map(({ kind, bytes }) => `${kind} ${bytesText(bytes)}`);
  const rest = cache.content.slice(MAX_KINDS).reduce((sum, { bytes }) => sum + bytes, 0);
  if (rest > 0) kinds.push(`other kinds ${bytesText(rest)}`);
  return [...lines, ...flow(kinds, " · ", options.width - MARGIN)];
}

function roomLine(cache: NonNullable<StatusModel["cache"]>, { bars }: ScreenOptions): string | undefined {
  const { usedBytes, limitBytes, freeBytes } = cache;
  if (usedBytes === undefined) return undefined;
  const free = freeBytes === undefined ? "" : `, ${bytesText(freeBytes)} free`;
  if (limitBytes === undefined) return `used ${bytesText(usedBytes)}, no limit${free}`;
  const share = usedBytes / limitBytes;
  const drawn = bars ? `  ${bar(share, 20).padEnd(20, "░")}` : "";
  return `used ${bytesText(usedBytes)} of ${bytesText(limitBytes)}${free}${drawn}  ${percentText(share, 0)}`;
}

interface TrafficRow {
  readonly name: string;
  readonly savings: StatusModel["today"];
}

function trafficLines({ today, week, days, timeZone }: StatusModel, { bars }: ScreenOptions): string[] {
  const columns: Column<TrafficRow>[] = [
    { title: "", value: ({ name }) => name },
    { title: "served", value: ({ savings }) => bytesText(savings.served), align: "right" },
    { title: "saved", value: ({ savings }) => bytesText(savings.saved), align: "right" },
    { title: "from Apple", value: ({ savings }) => bytesText(savings.fromApple), align: "right" },
    { title: "hit", value: ({ savings }) => percentText(savings.hitRatio), align: "right" },
  ];
  const rows = [
    { name: "today", savings: today },
    { name: "7 days", savings: week },
  ];
  const [titles = "", , ...body] = table(rows, columns).split("\n");
  const peak = Math.max(...days.map(({ served }) => Number(served)));
  const lines = [colour(titles, "dim"), ...body];
  if (!bars || peak === 0) return lines;
  const spark = days.map(({ served }) => SPARKS[Math.ceil((Number(served) / peak) * 8) - 1] ?? " ").join(" ");
  const names = days.map(({ startMs }) => weekdayText(startMs + 12 * 3_600_000, timeZone).slice(0, 1)).join(" ");
  return [...lines, `served   ${colour(spark, "cyan")}`, `         ${colour(names, "dim")}`];
}

function receivedParts(received: NonNullable<StatusModel["received"]>, nowMs: number): string[] {
  const { lastMs, reports, repeated, refused, setAside } = received;
  return [
    `${countText(reports, "report")} received in a day, the last ${ageText(nowMs - lastMs)} ago`,
    ...(repeated > 0 ? [`${repeated} repeated`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(setAside > 0 ? [`${setAside} set aside`] : []),
  ];
}

function pipeLines(
  { nowMs, timeZone, rollupZone, lastRowMs, pass, sinks, log, received }: StatusModel,
  { width }: ScreenOptions,
): string[] {
  const ago = (ms: number): string => `${ageText(nowMs - ms)} ago`;
  const row = lastRowMs === undefined ? "no row in 7 days" : `last row ${ago(lastRowMs)}`;
  const took = pass?.seconds === undefined ? "" : ` (took ${durationText(pass.seconds)})`;
  const last = pass === undefined ? "no pass in 7 days" : `last pass ${ago(pass.timeMs)}${took}`;
  const lines = [`${row} · ${last}`];
  if (rollupZone !== undefined && rollupZone !== timeZone) {
    const said = `days on servers are those of ${rollupZone}, here of ${timeZone}; timezone in the settings rules both`;
    lines.push(...flow(said.split(" "), " ", width - MARGIN));
  }
  if (log !== undefined) lines.push(...flow(logParts(log, nowMs), " · ", width - MARGIN));
  if (received !== undefined) lines.push(...flow(receivedParts(received, nowMs), " · ", width - MARGIN));
  if (sinks.length === 0) lines.push("no sink: everything is kept in the journal here");
  if (sinks.length === 0) return lines;
  const columns: Column<SinkFacts>[] = [
    { title: "sink", value: ({ name }) => name, maxWidth: 24 },
    { title: "last ship", value: ({ movedMs }) => (movedMs === undefined ? "never" : ago(movedMs)) },
    { title: "waiting", value: ({ backlogBytes }) => bytesText(backlogBytes), align: "right" },
    { title: "refused", value: ({ rejectBytes }) => bytesText(rejectBytes), align: "right" },
  ];
  const [, rule = ""] = table(sinks, columns).split("\n");
  const room = width - MARGIN - columnsOf(rule) - 2;
  if (room >= 12) columns.push({ title: "place", value: ({ place }) => place, maxWidth: room });
  const [titles = "", , ...body] = table(sinks, columns).split("\n");
  return [...lines, colour(titles, "dim"), ...body];
}

function logParts({ lines, unknown, unnamed, readMs }: NonNullable<StatusModel["log"]>, nowMs: number): string[] {
  const understood = lines === 0 ? "" : `, ${percentText((lines - unknown) / lines)} understood`;
  const parts = [`log of the cache: ${countText(lines, "line")}${understood}`, `read ${ageText(nowMs - readMs)} ago`];
  if (unnamed > 0) parts.push(`${countText(unnamed, "request")} without a client (LogClientIdentity is off)`);
  return parts;
}

function findingLines({ findings }: StatusModel, { width }: ScreenOptions): string[] {
  if (findings.length === 0) return ["nothing is wrong"];
  return findings.flatMap((finding) => findingText(finding, width - MARGIN));
}
