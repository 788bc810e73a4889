/**
 * docs/old-tools.md: it names every option of the tools it is about.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const PAGE = readFileSync(new URL("../docs/old-tools.md", import.meta.url), "utf8");

it("the page for those who come from other tools names every option of Cacher and every call of serveralerts.py", () => {
  const cacher =
    "targetdate logpath deviceids nostdout configureserver serveralert slackalert slackwebhook slackusername slackchannel";
  const calls = "-c --create -a --add -l --list -r --remove";
  for (const option of cacher.split(" ")) expect(PAGE).toContain(`--${option}`);
  for (const call of calls.split(" ")) expect(PAGE, call).toMatch(new RegExp(`\`${call}[ =\`]`));
});
