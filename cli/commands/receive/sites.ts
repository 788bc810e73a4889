/**
 * What `larder receive sites check` does.
 *
 * @module
 */
import { faultText, heardCaches, readSites, sitesOf } from "../../../collector/index.ts";
import { LarderError } from "../../../core/errors.ts";
import { countText } from "../../../core/words/amounts.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { loadSettings } from "../../load-settings.ts";
import { print, printJson } from "../../output.ts";
import { table } from "../../table.ts";
import type { ReceiveFlags } from "./register.ts";

/** Runs the command: exit code 3 where a part of the table cannot be used. */
export async function checkSites(file: string | undefined, flags: ReceiveFlags): Promise<void> {
  const { settings } = await loadSettings(flags);
  const path = file ?? flags.sitesFile ?? settings.receive.sitesFile;
  if (path === undefined) throw noFile();
  const sites = await readSites(path);
  const { find } = sitesOf(sites, {});
  const heard = await heardCaches(settings.stateDir, Date.now());
  const lacking = heard.filter((each) => find(each) === undefined);
  if (flags.json === true) {
    const { rows, faults, tags } = sites;
    printJson(scriptAnswer({ path, rows, tags, faults, unassigned: lacking.map(({ timeMs: _, ...each }) => each) }));
  } else {
    const named = countText(sites.rows.length, "cache");
    print(
      `${path}  ${named}, tags ${sites.tags.join(", ") || "none"}; ${countText(heard.length, "cache")} heard of in a day`,
    );
    for (const fault of sites.faults) print(`  ${faultText(fault)}`);
    if (lacking.length > 0) {
      print(`\nnot in the table:`);
      print(
        table(lacking, [
          { title: "name", value: ({ server }) => server },
          { title: "serial", value: ({ serial }) => serial },
          { title: "GUID", value: ({ guid }) => guid },
          { title: "model", value: ({ hardware }) => hardware },
        ]),
      );
    }
  }
  if (sites.faults.length > 0) throw new ExitWith(ExitCode.partly);
}

function noFile(): LarderError {
  return new LarderError("Cannot check the sites: no table was named, expected receive.sitesFile or a file", {
    code: "USAGE",
    state: "nothing was read",
    next: "larder receive sites check sites.csv",
  });
}
