/**
 * Titles of tags.
 *
 * @module
 */

/** What people read where an installation sets no such tag. */
export const NOT_SET: Readonly<Record<string, string>> = {
  site_name: "no site set",
  region: "no region set",
  school_type: "no school type set",
};

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
  family: "Family",
  model: "Model",
  os: "System",
};
