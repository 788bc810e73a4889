/**
 * Writes docs/settings.md from the schema of the settings.
 *
 * @module
 */
import { DOMAIN, SETTINGS_ENVIRONMENT, settingsPlaces } from "../../cli/commands/config/check.ts";
import { type SettingKey, settingsKeys } from "./generate-settings-keys.ts";
import { code, type GeneratedPage, markdownTable, writeWhenStarted } from "./generated-page.ts";

export const settingsPage: GeneratedPage = {
  path: "docs/settings.md",
  text: () => {
    const keys = settingsKeys();
    const parts = [INTRODUCTION, precedencePart(), FORMS, SECRETS, ...groupsOf(keys).map(groupPart)];
    return `${parts.join("\n\n")}\n`;
  },
};

const INTRODUCTION = `# Settings

<!-- Generated from the schema of cli/commands/config/check.ts by scripts/docs/generate-settings.ts. Do not edit: npm run docs -->

Everything has a default; a file is needed only to change one. \`larder config init\` writes an example with every key explained,
\`larder config check\` names every wrong or unknown key with its place and the nearest right one, \`larder config show\` prints what
holds and where each value comes from.`;

function precedencePart(): string {
  const places = (platform: NodeJS.Platform): string => settingsPlaces(platform).map(code).join(", then ");
  const rows = Object.entries(SETTINGS_ENVIRONMENT).map(([name, key]) => [code(name), code(key)]);
  return `## Who wins

First hit wins; dictionaries are merged key by key, lists are taken whole.

1. a managed profile: \`/Library/Managed Preferences/${DOMAIN}.plist\` (macOS; what an MDM forces)
2. the command line: \`--state-dir\`
3. the environment
4. the settings file: \`--config FILE\`; else the file \`LARDER_CONFIG\` names; else the first that is there of
   ${places("darwin")} on a Mac, ${places("linux")} elsewhere
5. the defaults below

${markdownTable(["environment variable", "sets"], [["`LARDER_CONFIG`", "which file is read"], ...rows])}

Secrets that flags and settings name are read from the environment too: \`LARDER_MDM_PASSWORD\`, \`LARDER_MDM_TOKEN\`, and whatever
\`{"env": …}\` says. \`NO_COLOR\` takes the colours away.
\`LARDER_SQLITE\` (\`native\` or \`portable\`) chooses the SQLite engine, for tests and for finding faults.`;
}

const FORMS = `## Forms

A settings file is an XML property list, a binary one, or JSON; the keys are the same. \`a.b\` below is the key \`b\` in the dictionary
\`a\`; \`a[]\` is each entry of the list \`a\`. On a Mac, \`defaults write\` and profiles use the domain \`${DOMAIN}\`;
\`deploy/profile/\` has a profile to start from and the manifest that profile editors read.`;

const SECRETS = `## Secrets

A secret is the text itself, \`{"file": "/path"}\` or \`{"env": "NAME"}\`. Keep it in a root-only file: every user of a Mac can read a
profile. Any secret can also be written flat: \`passwordFile\` or \`passwordEnv\` for \`password\`, and so on. One line end at the end of the
file is ignored. A secret is printed as \`(secret)\`, never in clear.`;

interface Group {
  readonly title: string;
  readonly keys: readonly SettingKey[];
}

/** One part a list of things or dictionary at the top; simple keys together. */
function groupsOf(keys: readonly SettingKey[]): Group[] {
  const titles = [...new Set(keys.map(titleOf))];
  return titles.map((title) => ({ title, keys: keys.filter((key) => titleOf(key) === title) }));
}

function titleOf({ path, kind }: SettingKey): string {
  const list = path.split("[]")[0] ?? "";
  if (kind !== "") return `${list}[] with ${list === "sinks" ? "type" : "kind"} ${kind}`;
  if (path.startsWith("sinks[]")) return "sinks[]";
  return path.startsWith("precache") ? "precache" : "At the top";
}

function groupPart({ title, keys }: Group): string {
  const rows = keys.map(({ path, type, required, fallback, meaning }) => [
    code(path),
    type,
    required ? "**needed**" : fallback,
    meaning,
  ]);
  return `## ${title}\n\n${markdownTable(["key", "type", "default", "meaning"], rows)}`;
}

writeWhenStarted(import.meta, settingsPage);
