/**
 * Text among tags.
 *
 * @module
 */

/** Text with nothing that XML, HTML or Slack would take for a tag or an entity; not for attributes. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
