/**
 * The tags of every line a collector writes.
 *
 * @module
 */
import { tagText } from "../core/line/line.ts";

/** The admin's own tags and the cache's name, as escaped `,key=value` text. */
export function lineTags({ tags, server }: { tags: Readonly<Record<string, string>>; server: string }): string {
  return tagText({ ...tags, server });
}
