/**
 * Writes docs/settings.md from the schema of the settings.
 *
 * @module
 */

import { DOMAIN, larderOptions, managedPlace, settingsPlaces } from "../../cli/load-settings.ts";
import { CONFIG_VARIABLE } from "../../cli/variables.ts";
import { settingKeys, variableOf } from "../../core/config/config.ts";
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

<!-- Generated from the schema of cli/load-settings.ts by scripts/docs/generate-settings.ts. Do not edit: npm run docs -->

Everything has a default; a file is needed only to change one. \`larder config init\` writes an example with every key explained,
\`larder config check\` names every wrong or unknown key with its place and the nearest right one, \`larder config show\` prints what
holds and where each value comes from.`;

function precedencePart(): string {
  const places = (platform: NodeJS.Platform): string => settingsPlaces(platform).map(code).join(", then ");
  return `## Who wins

For every key alike, the first of these that sets it:

1. a managed profile: ${code(managedPlace("darwin") ?? "")} (macOS; what an MDM forces)
2. the command line: \`--state-dir\`, and the flags of \`larder precache\` for the keys under \`precache\`
3. the environment: \`LARDER_\` and the key, as in the tables below
4. the settings file: \`--config FILE\`; else the file \`${CONFIG_VARIABLE}\` names; else the first that is there of
   ${places("darwin")} on a Mac, ${places("linux")} elsewhere
5. the default

Dictionaries are merged key by key, lists are taken whole. Of keys that say the same thing, such as \`network.proxy\` and
\`network.proxyFile\`, the one that was set further up this list holds. A flag whose key the profile forces is ignored, and a warning says so.

Two things the command line of \`larder precache\` does beside setting keys: a flag that says what is wanted (\`--model\`, \`--group\`,
\`--apps\`, \`--updates\`, \`--ipsw\`, \`--mdm\`, \`--urls\`, \`--plan-file\`) takes the place of everything that the environment and the file want,
and \`--precache-config PLIST\`, a configuration of precache.py, takes the place of \`precache\` in the settings file.

\`larder config show\` prints each value with the place it comes from. A complaint about a wrong value names that place too.

### Environment

The variable of a key is \`LARDER_\` and the key in capitals, words joined by \`_\`: ${code(variableOf("journal.keepDays"))} for \`journal.keepDays\`. Every key has
one but those inside lists. A list of texts is written with commas, a number or a truth value as itself, a dictionary or any other list as
JSON: \`${variableOf("tags")}='{"region": "North"}'\`. An empty variable counts as not set.

Secrets that flags and settings name are read from the environment too: \`LARDER_MDM_PASSWORD\`, \`LARDER_MDM_TOKEN\`, and whatever
\`{"env": …}\` says. \`NO_COLOR\` takes the colours away.
\`LARDER_SQLITE\` (\`native\` or \`portable\`) chooses the SQLite engine, for tests and for finding faults.`;
}

const FORMS = `## Forms

A settings file is an XML property list, a binary one, or JSON; the keys are the same. \`a.b\` below is the key \`b\` in the dictionary
\`a\`; \`a[]\` is each entry of the list \`a\`. On a Mac, \`defaults write\` and profiles use the domain \`${DOMAIN}\`;
\`deploy/profile/\` has a profile to start from and the manifest that profile editors read.`;

const SECRETS = `## Secrets

A secret is the text itself, \`{"file": "/path"}\`, \`{"env": "NAME"}\` or \`{"keychain": "SERVICE"}\` (macOS: root finds the System keychain). Keep it in a root-only file: every user of a Mac can read a
profile. Any secret can also be written flat: \`passwordFile\`, \`passwordEnv\` or \`passwordKeychain\` for \`password\`, and so on. One line end at the end of the
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
  if (kind !== "") return `${list}[] with ${["sinks", "alerts.notifiers"].includes(list) ? "type" : "kind"} ${kind}`;
  if (path.startsWith("sinks[]")) return "sinks[]";
  if (path.startsWith("alerts")) return "alerts";
  return path.startsWith("precache") ? "precache" : "At the top";
}

function groupPart({ title, keys }: Group): string {
  const withVariable = new Set(settingKeys(larderOptions).map(({ path }) => path));
  const variables = keys.some(({ path }) => withVariable.has(path));
  const rows = keys.map(({ path, type, required, fallback, meaning }) => [
    code(path),
    type,
    required ? "**needed**" : fallback,
    ...(variables ? [withVariable.has(path) ? code(variableOf(path)) : ""] : []),
    meaning,
  ]);
  const titles = ["key", "type", "default", ...(variables ? ["environment variable"] : []), "meaning"];
  return `## ${title}\n\n${markdownTable(titles, rows)}`;
}

writeWhenStarted(import.meta, settingsPage);
