/**
 * Whether a target keeps its promise on one input: it returns or throws a LarderError, soon, and leaves the language as
 * it was.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { Target } from "./target.ts";

/** A promise that was broken. */
export interface Fault {
  /** The same for the same fault, whatever the input. */
  readonly key: string;
  readonly what: string;
}

const MOST_MS = 1000;
/** Characters of a message a person is to read. */
const LONGEST_MESSAGE = 2000;

const SHARED: readonly object[] = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const OWN_NAMES = SHARED.map((each) => Reflect.ownKeys(each).length);

/** The fault that an input shows, if any. */
export async function judge(target: Target, input: Uint8Array): Promise<Fault | undefined> {
  const { mostMs = MOST_MS } = target;
  const first = await once(target, input);
  if (first.fault !== undefined || first.ms <= mostMs) return first.fault;
  // code that was just compiled, a collection of garbage
  const again = [await once(target, input), await once(target, input)];
  const least = Math.min(...again.map(({ ms }) => ms));
  if (least <= mostMs) return undefined;
  return { key: "slow", what: `it took ${Math.round(least)} ms for ${input.length} bytes` };
}

async function once(target: Target, input: Uint8Array): Promise<{ fault: Fault | undefined; ms: number }> {
  const start = performance.now();
  const used = process.cpuUsage();
  let fault: Fault | undefined;
  try {
    const returned = target.run(Buffer.from(input));
    const value = returned instanceof Promise ? await returned : returned;
    if (hasForeignPrototype(value, 6))
      fault = { key: "prototype", what: "it returned an object with a prototype of the input's" };
  } catch (error) {
    if (target.mayThrow?.(error) !== true) fault = thrown(error);
  }
  const { user, system } = process.cpuUsage(used);
  // others may have the processor, and threads of this process may use it as well
  const ms = Math.min(performance.now() - start, (user + system) / 1000);
  return { fault: polluted() ?? fault, ms };
}

function thrown(error: unknown): Fault | undefined {
  if (error instanceof LarderError) {
    if (error.message.length <= LONGEST_MESSAGE) return undefined;
    return { key: `long message ${error.code}`, what: `its message has ${error.message.length} characters` };
  }
  if (!(error instanceof Error)) return { key: "not an error", what: `it threw ${String(error)}` };
  const frame = ownFrame(error.stack ?? "");
  return {
    key: `${error.name} ${frame}`,
    what: `${error.name}: ${error.message.slice(0, 300)} (${frame})`,
  };
}

/** The innermost place of ours, without its line: `core/line/line.ts`. */
function ownFrame(stack: string): string {
  const frames = stack.split("\n").filter((line) => /\.ts[:?)]/.test(line) && !line.includes("node_modules"));
  const [, name = ""] = /at (?:async )?([\w.<>#]+) \(/.exec(frames[0] ?? "") ?? [];
  const [, file = "?"] =
    /((?:core|collector|precache|alerts|grafana|report|cli|bench)\/[\w/.-]+?\.ts)/.exec(frames[0] ?? "") ?? [];
  return `${file} ${name}`.trim();
}

/** Puts right what an input did to the language, and says so. */
function polluted(): Fault | undefined {
  for (const [i, each] of SHARED.entries()) {
    const names = Reflect.ownKeys(each);
    if (names.length === OWN_NAMES[i]) continue;
    const added = names.slice(OWN_NAMES[i]);
    for (const name of added) Reflect.deleteProperty(each, name);
    return { key: "pollution", what: `it added ${added.map(String).join(", ")} to every object` };
  }
  return undefined;
}

/** Whether an object in a value has a prototype that is neither the language's nor of a class. */
function hasForeignPrototype(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth === 0 || ArrayBuffer.isView(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && !Object.hasOwn(prototype as object, "constructor"))
    return isPlain(prototype);
  const inner = value instanceof Map ? [...value.values()].slice(0, 50) : Object.values(value).slice(0, 50);
  return inner.some((each) => hasForeignPrototype(each, depth - 1));
}

/** Generators and the like have prototypes without a constructor, which have one that has. */
function isPlain(prototype: unknown): boolean {
  const next: unknown = Object.getPrototypeOf(prototype);
  return next === Object.prototype || next === null;
}
