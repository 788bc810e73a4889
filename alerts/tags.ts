/**
 * Tags of caches, and whether they are those that are wanted.
 *
 * @module
 */

export type Tags = Readonly<Record<string, string>>;

/** Whether tags are those that are wanted, whatever others there are. */
export function fits(wanted: Tags, tags: Tags): boolean {
  return Object.entries(wanted).every(([key, value]) => tags[key] === value);
}
