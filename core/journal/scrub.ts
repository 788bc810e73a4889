/**
 * Checks a large journal little by little, so that damage is known before anybody reads what is damaged.
 *
 * `<stateDir>/journal/scrub.json` says where the next round goes on and which segments were not whole: `larder status`
 * looks at those first, and at the newest. The file only saves work; without it a round begins at the beginning.
 *
 * @module
 */
import { join } from "node:path";
import { readIfThere, writeAtomically } from "../files.ts";
import { lossesOf } from "./losses.ts";
import { withSegment } from "./open-segment.ts";
import { listSegments } from "./segment-names.ts";
import { scanSegment } from "./segment-scan.ts";
import { STREAMS, type StreamName, streamFolder } from "./streams.ts";

/** Segments that were not whole when they were last checked, by stream. */
export type Suspects = Readonly<Partial<Record<StreamName, readonly number[]>>>;

type Segment = readonly [stream: StreamName, number: number];

interface ScrubState {
  /** When segments were last checked, Unix milliseconds. */
  readonly atMs: number;
  /** The last one that was checked. */
  readonly stream: StreamName;
  readonly segment: number;
  readonly suspects: Suspects;
}

export interface ScrubOptions {
  readonly nowMs: number;
  /** Segments checked at a time. */
  readonly most?: number;
  /** Nothing is done before this long after the last time. */
  readonly everyMs?: number;
}

const MOST = 4;
const EVERY_MS = 600_000;

/**
 * Checks the next closed segments.
 * @returns those that are found damaged now and were not known to be
 */
export async function scrubJournal(stateDir: string, options: ScrubOptions): Promise<Segment[]> {
  const { nowMs, most = MOST, everyMs = EVERY_MS } = options;
  const state = await loadState(stateDir);
  if (state !== undefined && Math.abs(nowMs - state.atMs) < everyMs) return [];
  const all = await closedSegments(stateDir);
  const suspects = new Set(keysOf(state?.suspects ?? {}));
  const found: Segment[] = [];
  const due = nextOf(all, state, most);
  for (const each of due) {
    if (await isWhole(stateDir, each)) suspects.delete(keyOf(each));
    else if (!suspects.has(keyOf(each))) found.push(each);
    if (found.at(-1) === each) suspects.add(keyOf(each));
  }
  const last = due.at(-1);
  if (last === undefined) return [];
  const kept = byStream(all.filter((each) => suspects.has(keyOf(each))));
  await saveState(stateDir, { atMs: nowMs, stream: last[0], segment: last[1], suspects: kept });
  return found;
}

async function closedSegments(stateDir: string): Promise<Segment[]> {
  const all: Segment[] = [];
  for (const stream of STREAMS) {
    for (const number of (await listSegments(streamFolder(stateDir, stream))).slice(0, -1)) all.push([stream, number]);
  }
  return all;
}

/** The segments whose turn it is, round and round. */
function nextOf(all: readonly Segment[], state: ScrubState | undefined, most: number): Segment[] {
  const isLater = ([stream, number]: Segment): boolean =>
    state === undefined ||
    STREAMS.indexOf(stream) > STREAMS.indexOf(state.stream) ||
    (stream === state.stream && number > state.segment);
  const start = Math.max(0, all.findIndex(isLater));
  return [...all.slice(start), ...all.slice(0, start)].slice(0, most);
}

/** The segments that were not whole when they were last checked. */
export async function loadSuspects(stateDir: string): Promise<Suspects> {
  return (await loadState(stateDir))?.suspects ?? {};
}

async function isWhole(stateDir: string, [stream, number]: Segment): Promise<boolean> {
  const folder = streamFolder(stateDir, stream);
  const next = (await listSegments(folder)).find((each) => each > number);
  return await withSegment({ folder, number }, true, async (content) => {
    const map = await scanSegment(content);
    const after = next === undefined ? undefined : { number: next, map };
    return lossesOf({ number, map }, after, undefined).length === 0;
  });
}

const statePath = (stateDir: string): string => join(stateDir, "journal", "scrub.json");

async function saveState(stateDir: string, state: ScrubState): Promise<void> {
  await writeAtomically(statePath(stateDir), `${JSON.stringify({ v: 1, ...state })}\n`);
}

/** The state of the last time; undefined for none, or one we do not understand. */
async function loadState(stateDir: string): Promise<ScrubState | undefined> {
  const bytes = await readIfThere(statePath(stateDir));
  if (bytes === undefined) return undefined;
  try {
    const { v, atMs, stream, segment, suspects } = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
    const known = STREAMS.find((name) => name === stream);
    if (v !== 1 || known === undefined || typeof atMs !== "number" || typeof segment !== "number") return undefined;
    return { atMs, stream: known, segment, suspects: readSuspects(suspects) };
  } catch {
    return undefined;
  }
}

function readSuspects(value: unknown): Suspects {
  if (typeof value !== "object" || value === null) return {};
  const numbers = (of: unknown): number[] => (Array.isArray(of) ? of.filter((each) => Number.isSafeInteger(each)) : []);
  return Object.fromEntries(
    STREAMS.map((stream) => [stream, numbers((value as Record<string, unknown>)[stream])] as const),
  );
}

function keysOf(suspects: Suspects): string[] {
  return STREAMS.flatMap((stream) => (suspects[stream] ?? []).map((number) => keyOf([stream, number])));
}

function keyOf([stream, number]: Segment): string {
  return `${stream} ${number}`;
}

function byStream(segments: readonly Segment[]): Suspects {
  const found: Partial<Record<StreamName, number[]>> = {};
  for (const [stream, number] of segments) {
    const known = found[stream];
    if (known === undefined) found[stream] = [number];
    else known.push(number);
  }
  return found;
}
