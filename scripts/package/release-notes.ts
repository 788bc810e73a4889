/**
 * Prints the notes of a release from CHANGELOG.md, sorted by kind: `npm run -s release-notes [VERSION]`.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../core/version.ts";

const KINDS = [
  ["CHANGE", "Look here before you upgrade"],
  ["FEATURE", "New"],
  ["ENHANCEMENT", "Better"],
  ["BUGFIX", "Mended"],
] as const;

/**
 * The notes in Markdown.
 * @throws Error when the changes know no such version, or have a line of no kind
 */
export function releaseNotes(changes: string, version: string): string {
  const section = changes.split(/^## /m).find((text) => /^\S+/.exec(text)?.[0] === version);
  if (section === undefined) throw new Error(`CHANGELOG.md has no version ${version}`);
  const lines = section.split("\n").filter((line) => line.startsWith("* "));
  const known = KINDS.map(([kind, title]) => {
    const mine = lines
      .filter((line) => line.startsWith(`* [${kind}] `))
      .map((line) => `* ${line.slice(kind.length + 5)}`);
    return { title, mine };
  });
  const unknown = lines.find((line) => !KINDS.some(([kind]) => line.startsWith(`* [${kind}] `)));
  if (unknown !== undefined) throw new Error(`a change of no kind: ${unknown}`);
  const parts = known
    .filter(({ mine }) => mine.length > 0)
    .map(({ title, mine }) => `## ${title}\n\n${mine.join("\n")}`);
  return `# larder ${version}\n\n${parts.join("\n\n")}\n`;
}

if (import.meta.filename === process.argv[1]) {
  const changes = readFileSync(join(import.meta.dirname, "../../CHANGELOG.md"), "utf8");
  process.stdout.write(releaseNotes(changes, process.argv[2] ?? VERSION));
}
