/**
 * Server-sent events (the WHATWG's HTML standard, section 9.2): a reply that goes on. A client that does not read is
 * dropped, and reconnects with the id of the last event it has seen.
 *
 * @module
 */
import type { ServerResponse } from "node:http";

export interface FeedEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: string;
}

type Stop = () => void;

/** A reply that goes on until the client leaves. */
export interface Feed {
  /** Called once the head is sent. @returns what to do when the client is gone; undefined when there is nothing to send */
  readonly feed: (send: (event: FeedEvent) => void) => Stop | undefined | Promise<Stop | undefined>;
}

/** More unread than this, and the client is dropped: 1 MiB. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const BEAT_MS = 20_000;

/** Feeds a client until it leaves or `response` ends. */
export async function startFeed(response: ServerResponse, { feed }: Feed): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.flushHeaders();
  const write = (text: string | Buffer): void => {
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
  };
  const beat = setInterval(() => write(": beat\n\n"), BEAT_MS).unref();
  response.once("close", () => clearInterval(beat));
  const stop = await feed((event) => write(eventBytes(event)));
  if (stop === undefined) response.end();
  // it may have left while the feed was made
  else if (response.closed) stop();
  else response.once("close", stop);
}

const written = new WeakMap<FeedEvent, Buffer>();

/** An event as bytes: made once, however many clients it is sent to. */
function eventBytes(event: FeedEvent): Buffer {
  const known = written.get(event);
  if (known !== undefined) return known;
  const bytes = Buffer.from(eventText(event));
  written.set(event, bytes);
  return bytes;
}

/** An event as it travels. A line end in the data begins another line of data; none can end the event early. */
export function eventText({ event, id, data }: FeedEvent): string {
  const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, " ");
  const head = [event === undefined ? [] : `event: ${oneLine(event)}`, id === undefined ? [] : `id: ${oneLine(id)}`];
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}`);
  return `${[...head.flat(), ...lines].join("\n")}\n\n`;
}
