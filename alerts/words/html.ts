/**
 * HTML that programs for mail show: one column of 600 px, with its style beside each element.
 *
 * @module
 */
import { escapeMarkup } from "../../core/words/markup.ts";
import type { Message } from "./message.ts";

/** Text for between tags and in quoted attributes. */
export function escapeAttribute(text: string): string {
  return escapeMarkup(text).replaceAll('"', "&quot;");
}

/** A document around parts. */
export function htmlDocument(parts: readonly string[]): string {
  return [
    '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>',
    '<body style="margin:0;background:#fff"><div style="font:15px/1.5 -apple-system,Helvetica,Arial,sans-serif;max-width:568px;margin:0 auto;padding:16px;color:#111">',
    ...parts,
    "</div></body></html>",
  ].join("\n");
}

/** A notice. */
export function noticeHtml({ subject, what, facts, next, link }: Message): string {
  const rows = [...facts, ...(next === undefined ? [] : [next])].map(
    ({ title, value }) =>
      `<tr><th align="left" valign="top" style="padding:4px 12px 4px 0;color:#555;font-weight:400;white-space:nowrap">${escapeAttribute(title)}</th><td style="padding:4px 0">${escapeAttribute(value)}</td></tr>`,
  );
  return htmlDocument([
    `<h1 style="font-size:19px;margin:0 0 8px">${escapeAttribute(subject)}</h1><p>${escapeAttribute(what)}</p>`,
    `<table style="border-collapse:collapse">${rows.join("\n")}</table>`,
    ...(link === undefined
      ? []
      : [`<p><a href="${escapeAttribute(link.value)}">${escapeAttribute(link.title)}</a></p>`]),
  ]);
}
