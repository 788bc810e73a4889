/**
 * A workflow of Microsoft Teams that begins with "When a Teams webhook request is received". Its answer says that the
 * request was accepted, and nothing of the flow behind it.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import { shortened } from "../../core/words/printable.ts";
import type { Message } from "../words/words.ts";
import { type Notifier, postJson } from "./notifier.ts";

const RETIRED = /(?:^|\.)(?:webhook\.office\.com|outlook\.office(?:365)?\.com)$/;
/** Microsoft's limit of a message is about 28 KB. */
const MOST_TEXT = 5000;

/** @throws LarderError `ALERT_RETIRED` for an address of the connectors that Microsoft has switched off */
export function teams({ name, url }: { readonly name: string; readonly url: string }): Notifier {
  const { host, hostname } = new URL(url);
  if (RETIRED.test(hostname)) {
    throw new LarderError(
      `Cannot notify "${name}": "${hostname}" is an Office 365 connector, and Microsoft has switched those off`,
      {
        code: "ALERT_RETIRED",
        state: "nothing was sent",
        next: 'in Teams make a workflow "When a Teams webhook request is received", and take its address',
      },
    );
  }
  return {
    name,
    type: "teams",
    place: host,
    async send(_notice, message) {
      await postJson(name, { url, body: card(message) });
      return "accepted";
    },
  };
}

function card({ subject, what, facts, next, link }: Message) {
  const block = (text: string, more: object = {}) => ({ type: "TextBlock", wrap: true, text, ...more });
  const all = [...facts, ...(next === undefined ? [] : [next])];
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [
            block(subject, { size: "Medium", weight: "Bolder" }),
            block(shortened(what, MOST_TEXT)),
            { type: "FactSet", facts: all.map(({ title, value }) => ({ title, value: shortened(value, MOST_TEXT) })) },
          ],
          actions: link === undefined ? [] : [{ type: "Action.OpenUrl", title: link.title, url: link.value }],
        },
      },
    ],
  };
}
