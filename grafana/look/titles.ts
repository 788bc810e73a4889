/**
 * Titles of tags.
 *
 * @module
 */

/** What people read for a tag. */
export const TAG_TITLES: Readonly<Record<string, string>> = {
  server: "Cache",
  site_name: "Site",
  region: "Region",
  school_type: "School type",
  target: "Target",
  kind: "Kind",
  peer: "Peer",
  role: "Role",
  group: "Group",
  outcome: "Outcome",
};
