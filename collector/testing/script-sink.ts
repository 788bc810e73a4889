/**
 * A sink that follows a script, request by request, and judges lines as an engine would: those that begin with `bad`
 * are refused, those that begin with `old` are older than it keeps.
 *
 * @module
 */
import { type Fate, type Receipt, type Sink, SinkError } from "../sinks/sink.ts";

/** How an engine treats a piece with bad lines (`bad` at their beginning). */
export type Manner =
  /** Stores the good ones and answers 400: InfluxDB 1.x. */
  | "partial"
  /** Stores nothing and answers 400: current VictoriaMetrics. */
  | "atomic"
  /** Stores the good ones and answers 500 to a mixed piece: 3 Core. */
  | "blames itself";

/** Whether a line is the shipper's question whether the server takes any. */
export function isProbe(line: string): boolean {
  return line.startsWith("larder probe=");
}

/** What happens to one request: `lost answer` stores the lines and says nothing. */
export type Step = "ok" | "later" | "lost answer" | "stopped" | "500";

export interface ScriptSink extends Sink {
  readonly stored: Set<string>;
  /** Lines of each request, in the order they came. */
  readonly requests: string[][];
  readonly mostInFlight: number;
  /** Requests in flight when each request ended, itself included. */
  readonly companyAtEnd: number[];
  script: Step[];
}

export interface ScriptOptions {
  readonly manner?: Manner;
  readonly maxLines?: number;
  /** Called before each request. */
  before?: (request: number) => void | Promise<void>;
  readonly retryAfterMs?: number;
  /** Most lines the server takes, below what the sink announces. */
  readonly serverMaxLines?: number;
  /** Most characters of a line the server takes. */
  readonly serverMaxLineChars?: number;
  /** As a gateway that says 400 to everything. */
  refusesAll?: boolean;
}

export function scriptSink(options: ScriptOptions = {}): ScriptSink {
  const stored = new Set<string>();
  const requests: string[][] = [];
  const companyAtEnd: number[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const sink = {
    name: "main",
    place: "http://script",
    limits: { maxLines: options.maxLines ?? 10, maxBytes: 1_000_000 },
    script: [] as Step[],
    stored,
    requests,
    companyAtEnd,
    get mostInFlight() {
      return mostInFlight;
    },
    async write(bytes: Uint8Array, signal: AbortSignal) {
      const lines = Buffer.from(bytes).toString().split("\n").slice(0, -1);
      const request = requests.push(lines);
      const step = sink.script.shift() ?? "ok";
      inFlight++;
      mostInFlight = Math.max(mostInFlight, inFlight);
      try {
        await options.before?.(request);
        if (signal.aborted) throw fault("later");
        return answer(lines, step, stored, options);
      } finally {
        companyAtEnd[request - 1] = inFlight;
        inFlight--;
      }
    },
    async close() {},
  };
  return sink;
}

function answer(lines: readonly string[], step: Step, stored: Set<string>, options: ScriptOptions): Receipt {
  const bad = options.refusesAll === true ? "" : "bad";
  const good = lines.filter((line) => !line.startsWith(bad) && !line.startsWith("old"));
  const expiredLines = lines.filter((line) => line.startsWith("old")).length;
  if (step === "later") throw fault("later", options.retryAfterMs);
  if (step === "stopped") throw fault("stopped");
  if (step === "500") throw fault("later", undefined, true);
  if (lines.length > (options.serverMaxLines ?? Number.POSITIVE_INFINITY)) throw fault("too-large");
  if (lines.some(({ length }) => length > (options.serverMaxLineChars ?? Number.POSITIVE_INFINITY)))
    throw fault("too-large");
  const mixed = good.length + expiredLines < lines.length;
  const kept = good.filter((line) => !isProbe(line));
  if (!mixed || options.manner !== "atomic") for (const line of kept) stored.add(line);
  if (step === "lost answer") throw fault("later");
  if (!mixed) return { expiredLines };
  const blames = options.manner === "blames itself" && good.length > 0;
  throw blames ? fault("later", undefined, true) : fault("refused");
}

function fault(fate: Fate, retryAfterMs?: number, mayBeLines = false): SinkError {
  return new SinkError(`Cannot write to "http://script": ${fate}`, {
    code: `SINK_${fate.toUpperCase()}`,
    fate,
    retryAfterMs,
    mayBeLines,
    said: `the script says ${fate}`,
  });
}
