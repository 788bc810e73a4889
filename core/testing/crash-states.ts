/**
 * What a machine without power may find when it starts again: every content a folder, and those in it, can have after the
 * steps that were taken there, as POSIX allows. What was not synced is there, or not, or torn, in any order; a file that
 * was created or renamed has its name only once its folder was synced.
 *
 * @module
 */

import { dirname } from "node:path";

/** A step taken in a folder; a file keeps its number whatever it is called. Names are paths from there. */
export type DiskStep =
  | { readonly kind: "create"; readonly file: number; readonly name: string }
  | { readonly kind: "write"; readonly file: number; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly file: number; readonly size: number }
  | { readonly kind: "sync"; readonly file: number }
  /** A sync that said no: what it held is dropped, and no later sync brings it back. */
  | { readonly kind: "failed sync"; readonly file: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "link"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly name: string }
  /** `.` for the folder itself. */
  | { readonly kind: "sync folder"; readonly folder: string }
  /** One that said no: the names until then are there or not, and no later sync makes them certain. */
  | { readonly kind: "failed folder sync"; readonly folder: string };

/** Files by name. */
export type FolderContent = ReadonlyMap<string, Buffer>;

type FileStep = Extract<DiskStep, { kind: "write" | "truncate" }>;
type NameStep = Extract<DiskStep, { kind: "create" | "rename" | "link" | "remove" }>;

/** A step with the file it is about: a name may be another file's by then. */
type Named =
  | (Exclude<NameStep, { kind: "create" }> & { readonly file: number | undefined })
  | Extract<NameStep, { kind: "create" }>;

interface FileState {
  synced: Buffer;
  pending: FileStep[];
}

/** More steps than this are not tried in all their combinations. */
const ALL_COMBINATIONS = 4;

/** Every content that may be found after some steps, the synced one and the complete one first. */
export function* crashStates(before: FolderContent, steps: readonly DiskStep[]): Generator<FolderContent> {
  const { files, names, pendingNames } = played(before, steps);
  for (const nameSteps of subsets(pendingNames)) {
    const found = new Map(names);
    for (const step of nameSteps) applyName(found, step);
    const there = new Set(found.values());
    const dirty = [...files].filter(([file, { pending }]) => there.has(file) && pending.length > 0);
    const content = (chosen: ReadonlyMap<number, Buffer>): FolderContent =>
      new Map([...found].map(([name, file]) => [name, chosen.get(file) ?? files.get(file)?.synced ?? Buffer.alloc(0)]));
    const complete = new Map(dirty.map(([file, state]) => [file, applied(state.synced, state.pending)]));
    yield content(new Map());
    yield content(complete);
    for (const [file, state] of dirty) {
      for (const one of contents(state)) {
        yield content(new Map([[file, one]]));
        if (dirty.length > 1) yield content(new Map([...complete, [file, one]]));
      }
    }
  }
}

/** What is certain after some steps, and what is not. */
function played(before: FolderContent, steps: readonly DiskStep[]) {
  const files = new Map<number, FileState>();
  let names = new Map<string, number>();
  for (const [i, [name, synced]] of [...before].entries()) {
    files.set(i, { synced, pending: [] });
    names.set(name, i);
  }
  let pendingNames: Named[] = [];
  const dropped = new Set<Named>();
  const latest = new Map(names);
  for (const step of steps) {
    if (step.kind === "sync folder") {
      const certain = pendingNames.filter((each) => folderOf(each) === step.folder && !dropped.has(each));
      names = new Map(names);
      for (const each of certain) applyName(names, each);
      // what was dropped came before, and says nothing of a name that is certain since
      const settled = new Set(certain.flatMap(namesOf));
      pendingNames = pendingNames.filter(
        (each) => !certain.includes(each) && !(dropped.has(each) && namesOf(each).some((name) => settled.has(name))),
      );
    } else if (step.kind === "failed folder sync") {
      for (const each of pendingNames) if (folderOf(each) === step.folder) dropped.add(each);
    } else if (isNameStep(step)) {
      const file = "file" in step ? step.file : latest.get("from" in step ? step.from : step.name);
      const named = { ...step, file } as Named;
      applyName(latest, named);
      pendingNames.push(named);
      if (step.kind === "create") files.set(step.file, { synced: Buffer.alloc(0), pending: [] });
    } else {
      const state = files.get(step.file);
      if (state === undefined) throw new Error(`file ${step.file} was never created`);
      playFile(state, step);
    }
  }
  return { files, names, pendingNames };
}

function isNameStep(step: DiskStep): step is NameStep {
  return step.kind === "create" || step.kind === "rename" || step.kind === "link" || step.kind === "remove";
}

function namesOf(step: NameStep): string[] {
  return "to" in step ? [step.from, step.to] : [step.name];
}

/** The folder whose sync makes it last: nothing is moved to another one. */
function folderOf(step: NameStep): string {
  return dirname("to" in step ? step.to : step.name);
}

function playFile(state: FileState, step: Extract<DiskStep, { file: number }>): void {
  if (step.kind === "sync") {
    state.synced = applied(state.synced, state.pending);
    state.pending = [];
  } else if (step.kind === "failed sync") {
    // the file may be as long as it would have been, with nothing in it
    state.pending = state.pending.map((each) =>
      each.kind === "write" ? { ...each, bytes: Buffer.alloc(each.bytes.length) } : each,
    );
  } else if (step.kind === "write" || step.kind === "truncate") {
    state.pending.push(step);
  }
}

function applyName(names: Map<string, number>, step: Named): void {
  const { file } = step;
  if (step.kind === "remove") names.delete(step.name);
  if (step.kind === "rename" && names.get(step.from) === file) names.delete(step.from);
  if (step.kind === "remove" || file === undefined) return;
  names.set("to" in step ? step.to : step.name, file);
}

function applied(start: Buffer, steps: readonly FileStep[]): Buffer {
  let bytes = Buffer.from(start);
  for (const step of steps) {
    const size = step.kind === "truncate" ? step.size : Math.max(bytes.length, step.at + step.bytes.length);
    const next = Buffer.alloc(size);
    bytes.copy(next, 0, 0, size);
    if (step.kind === "write") step.bytes.copy(next, step.at);
    bytes = next;
  }
  return bytes;
}

/** What a file with steps that were not synced may hold. */
function* contents({ synced, pending }: FileState): Generator<Buffer> {
  for (const steps of subsets(pending)) yield applied(synced, steps);
  for (const [i, step] of pending.entries()) {
    if (step.kind !== "write") continue;
    const { length } = step.bytes;
    for (const cut of new Set([1, length >> 1, length - 1])) {
      if (cut <= 0 || cut >= length) continue;
      const earlier = pending.slice(0, i);
      yield applied(synced, [...earlier, { ...step, bytes: step.bytes.subarray(0, cut) }]);
      // the size has changed, and not all of the blocks
      for (const [from, to] of [
        [0, cut],
        [cut, length],
      ] as const) {
        yield applied(synced, [...earlier, { ...step, bytes: Buffer.from(step.bytes).fill(0, from, to) }]);
      }
    }
  }
}

/** All choices among some steps, in their order; of many: none, all, the beginnings, and all but one. */
function* subsets<T>(steps: readonly T[]): Generator<readonly T[]> {
  if (steps.length <= ALL_COMBINATIONS) {
    for (let bits = 0; bits < 2 ** steps.length; bits++) yield steps.filter((_, i) => (bits >> i) & 1);
    return;
  }
  for (let i = 0; i <= steps.length; i++) yield steps.slice(0, i);
  for (let i = 0; i < steps.length - 1; i++) yield steps.filter((_, other) => other !== i);
}
