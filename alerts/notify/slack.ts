/**
 * Slack's incoming webhooks. Apps cannot choose channel or name, so that there is nothing to set.
 *
 * @module
 */

import { publicUrl } from "../../core/http/http.ts";
import { escapeMarkup } from "../../core/words/markup.ts";
import { shortened } from "../../core/words/printable.ts";
import type { Message } from "../words/words.ts";
import { type Notifier, postJson } from "./notifier.ts";

const MOST_HEADER = 150;
const MOST_SECTION = 3000;

export function slack({ name, url }: { readonly name: string; readonly url: string }): Notifier {
  return {
    name,
    type: "slack",
    place: new URL(publicUrl(url)).host,
    async send(_notice, message) {
      await postJson(name, { url, body: slackBody(message) });
      return "delivered";
    },
  };
}

function slackBody({ subject, what, facts, next, link }: Message) {
  const lines = [...facts, ...(next === undefined ? [] : [next]), ...(link === undefined ? [] : [link])];
  const text = [escaped(what), ...lines.map(({ title, value }) => `*${escaped(title)}:* ${escaped(value)}`)].join("\n");
  return {
    text: escaped(subject),
    blocks: [
      { type: "header", text: { type: "plain_text", text: shortened(subject, MOST_HEADER) } },
      { type: "section", text: { type: "mrkdwn", text: shortened(text, MOST_SECTION) } },
    ],
  };
}

/** The three characters that are Slack's own: nobody is called by what a server is named. */
const escaped = escapeMarkup;
