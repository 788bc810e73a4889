/**
 * A test notice.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import type { Notifier, Receipt } from "./notify/notify.ts";
import type { Notice } from "./state/state.ts";
import { messageOf, type Wording } from "./words/words.ts";

export interface TestNotice {
  readonly server: string;
  readonly wording: Wording;
  readonly nowMs: number;
}

/** Sends it. @throws LarderError `ALERT_UNSENT`, `ALERT_REFUSED` */
export async function sendTest(notifier: Notifier, { server, wording, nowMs }: TestNotice): Promise<Receipt> {
  const id = `msg_test${randomBytes(8).toString("hex")}`;
  const notice: Notice = {
    ...{ id, incident: id, kind: "test", rule: "test", place: "", level: "warn", atMs: nowMs, remaining: 0 },
    alerts: [{ server, part: "", tags: {}, values: {}, sinceMs: nowMs }],
  };
  return await notifier.send(notice, messageOf(notice, wording));
}
