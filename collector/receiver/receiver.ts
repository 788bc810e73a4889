/**
 * The door of the receiver: reports that caches of macOS 27 send ▶ the journal.
 *
 * Answers are those of Apple's description: 202 when the report is on the disk, 400 for what is not one, 401 and 415 by the
 * server itself; 503 with the time to come back while nothing can be written.
 *
 * @module
 */
import { explainError, LarderError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { type Reply, type Route, refusal } from "../../core/server/server.ts";
import { QueueFull } from "./commit-queue.ts";
import { Intake, type IntakeOptions } from "./intake.ts";
import { ReportFault } from "./report.ts";

export {
  type CacheSettings,
  type Declaration,
  declarations,
  parseCacheSettings,
  type ReportsWanted,
  reportKeys,
  SECURITY_CONFIGS,
  type SecurityConfig,
} from "./declaration/declaration.ts";
export { heardCaches } from "./heard.ts";
export { faultText, NO_SITES, openSiteFile, readSites, type Sites, type SiteTable, sitesOf } from "./sites/sites.ts";
export { warmUpReceiver } from "./warm-up.ts";

export type ReceiverOptions = IntakeOptions;

/** An open receiver. */
export interface Receiver {
  /** Where reports are sent. */
  readonly routes: readonly Route[];
  close(): Promise<void>;
}

/** A real one has a few kilobytes. */
const MAX_REPORT_BYTES = 256 * 1024;
const RETRY_SECONDS = { full: 60, busy: 5 };
const SAID_EVERY_MS = 60_000;

/**
 * Opens the receiver's journal.
 * @throws LarderError `LOCKED` where another receiver runs on this state folder, `JOURNAL_OPEN`
 */
export async function openReceiver(options: ReceiverOptions): Promise<Receiver> {
  const intake = await Intake.open(options);
  const troubles = new Troubles(options.log);
  const answer: Route["answer"] = async ({ body }) => {
    try {
      await intake.take(body);
      troubles.over();
      return { status: 202 };
    } catch (error) {
      return replyTo(error, troubles);
    }
  };
  const body = { maxBytes: MAX_REPORT_BYTES, types: ["application/json"] };
  const routes = (["POST", "PUT"] as const).flatMap((method): Route[] => [
    { method, path: "/metrics", body, answer },
    { method, path: "/metrics/:token", tokenParameter: "token", body, answer },
  ]);
  return { routes, close: async () => await intake.close() };
}

function replyTo(error: unknown, troubles: Troubles): Reply {
  if (error instanceof ReportFault) return refusal(400, error.message);
  if (error instanceof QueueFull) return busy("There is too much to write; send it again.", RETRY_SECONDS.busy);
  if (!(error instanceof LarderError)) throw error;
  troubles.say(error);
  return busy("Nothing can be written at the moment; send it again.", RETRY_SECONDS.full);
}

function busy(text: string, seconds: number): Reply {
  return refusal(503, text, { "retry-after": String(seconds) });
}

/** Says once in a while that reports cannot be taken, and when they can again. */
class Troubles {
  readonly #log: Log;
  #saidMs: number | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  say(error: LarderError): void {
    const nowMs = performance.now();
    if (this.#saidMs !== undefined && nowMs - this.#saidMs < SAID_EVERY_MS) return;
    this.#saidMs = nowMs;
    this.#log.error(explainError(error), { code: error.code });
  }

  over(): void {
    if (this.#saidMs === undefined) return;
    this.#saidMs = undefined;
    this.#log.info("reports are taken again");
  }
}
