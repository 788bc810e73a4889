/**
 * What a watch writes to people: its notices, and the report of a day.
 *
 * @module
 */
import { type DrawDay, dailyMessage } from "./daily/daily.ts";
import type { WatchOptions } from "./options.ts";
import type { Notice } from "./state/state.ts";
import { type Message, messageOf } from "./words/words.ts";

/** Whose words, and of which journal. */
export interface MessageSetup {
  readonly stateDir: string;
  readonly timeZone: string;
  readonly options: WatchOptions;
  /** Draws the pictures of the daily report; undefined: it has none. */
  readonly draw?: DrawDay;
}

/** The message of a notice that is not the report of a day. */
export function noticeMessage(notice: Notice, { options, timeZone }: MessageSetup): Message {
  return messageOf(notice, { language: options.language, timeZone, link: options.link });
}

/** Messages of one round of sending: a daily report is read and drawn once for all who get the same. */
export function messagesOf(setup: MessageSetup): (notice: Notice, to: string) => Message | Promise<Message> {
  const { stateDir, timeZone, options, draw } = setup;
  const { language, link, notifiers } = options;
  const made = new Map<string, Promise<Message>>();
  return (notice, to) => {
    if (notice.kind !== "daily") return noticeMessage(notice, setup);
    const tags = notifiers.find(({ name }) => name === to)?.only ?? {};
    const key = JSON.stringify([notice.id, tags]);
    const known =
      made.get(key) ?? dailyMessage({ stateDir, timeZone, language, link, draw }, { dayMs: notice.atMs, tags });
    made.set(key, known);
    return known;
  };
}
