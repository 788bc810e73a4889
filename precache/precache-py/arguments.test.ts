import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorCode } from "../../core/errors.ts";
import { isPrecachePyCommandLine, parsePrecachePyArguments } from "./arguments.ts";
import { fromPrecachePyArguments, type PrecachePyRequest } from "./flags.ts";

const read = (line: string): PrecachePyRequest =>
  fromPrecachePyArguments(parsePrecachePyArguments(line.split(" ").filter((word) => word !== "")));
const refusal = (line: string): string => {
  try {
    read(line);
    return "accepted";
  } catch (error) {
    expect(errorCode(error)).toBe("USAGE");
    return String(error);
  }
};

describe("precache.py's command line", () => {
  it("gives a flag every word up to the next flag", () => {
    const { options, dryRun } = read("-m iPhone8,2 iPad6,7 --dry-run -cs http://10.0.0.2:49152");
    expect(options).toEqual({ models: ["iPhone8,2", "iPad6,7"], servers: ["http://10.0.0.2:49152"] });
    expect(dryRun).toBe(true);
  });

  it("knows unambiguous beginnings, attached values and equals signs", () => {
    expect(read("--cache-s http://h:1").options.servers).toEqual(["http://h:1"]);
    expect(read("-miPad6,8").options.models).toEqual(["iPad6,8"]);
    expect(read("--model=iPad6,8 -n").options.models).toEqual(["iPad6,8"]);
    expect(read("--dr -m iPad6,8").dryRun).toBe(true);
    expect(read("--mdm simplemdm --mdm-t k").options.devices).toEqual([{ kind: "simplemdm", token: "k" }]);
  });

  it("takes the line of its own LaunchDaemon", () => {
    const { options } = read("-m iPhone8,2 iPad6,7 Pages OSXUpdCombo10.11.6 --cache-group updates installer");
    expect(options).toEqual({
      models: ["iPhone8,2", "iPad6,7"],
      apps: ["Pages"],
      updates: ["OSXUpdCombo10.11.6"],
      groups: ["sucatalog", "installer"],
    });
  });

  it("takes firmware by model and by group, to its folder", () => {
    expect(read("-i iPad6,8 --cache-ipsw-group iPhone -d /Volumes/IPSW").options.firmware).toEqual({
      models: ["iPad6,8", "iPhone"],
      destination: "/Volumes/IPSW",
    });
    expect(read("-i iPad6,8 -o /tmp/precache").options.firmware).toMatchObject({ destination: "/tmp/precache" });
  });

  it("takes Jamf in both spellings, and reads a password that is not on the line from the environment", () => {
    expect(read("--jamfserver school --jamfuser api --jamfpassword s3cret").options.devices).toEqual([
      { kind: "jamf", server: "https://school.jamfcloud.com", user: "api", password: "s3cret" },
    ]);
    expect(read("--mdm jamf --mdm-server jamf.example.org:8443 --mdm-user api").options.devices).toEqual([
      { kind: "jamf", server: "https://jamf.example.org:8443", user: "api", password: { env: "LARDER_MDM_PASSWORD" } },
    ]);
  });

  it("warns of a secret on the line and never repeats it", () => {
    const { notes } = read("--mdm jamf --mdm-server j.example.org --mdm-user api --mdm-password s3cret");
    expect(notes.map(({ word }) => word)).toContain("--mdm-password");
    expect(JSON.stringify(notes)).not.toContain("s3cret");
  });

  it("lists, with the old words for groups", () => {
    expect(read("-l --filter-group iPad updates")).toMatchObject({
      action: "list",
      filterGroups: ["iPad", "sucatalog"],
    });
    expect(read("--version").action).toBe("version");
  });

  it.each([
    ["-l -m iPad6,8", "combine"],
    ["-l --cache-group iPad", "combine"],
    ["--mdm jamf -m iPad6,8", "combine"],
    ["--mdm jamf --mdm-server x --mdm-token t", "--mdm-token"],
    ["--mdm simplemdm --mdm-user u", "--mdm-token"],
    ["--mdm jamf", "--mdm-server is missing"],
    ["--mdm other", "jamf or simplemdm"],
    ["--cache x", "could be"],
    ["-m", "needs a value"],
    ["-l=x", "takes no value"],
    ["--dry-run=yes", "takes no value"],
    ["--nonsense", "no such flag"],
    ["-n iPad6,8", "no flag takes this word"],
  ])("refuses %s", (line, part) => {
    expect(refusal(line)).toContain(part);
  });

  it("is distinguished from our own commands by its first word", () => {
    expect(isPrecachePyCommandLine(["-m", "iPad6,8"])).toBe(true);
    expect(isPrecachePyCommandLine(["--dry-run"])).toBe(true);
    expect(isPrecachePyCommandLine(["-cs", "x"])).toBe(true);
    expect(isPrecachePyCommandLine(["run", "-m", "iPad6,8"])).toBe(false);
    expect(isPrecachePyCommandLine(["--help"])).toBe(false);
    expect(isPrecachePyCommandLine([])).toBe(false);
  });

  it("either understands any words or refuses them in the same way", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("-m", "-l", "-cs", "--mdm", "jamf", "--cache-group", "iPad", "-n"),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        try {
          fromPrecachePyArguments(parsePrecachePyArguments(words));
        } catch (error) {
          expect(errorCode(error)).toBe("USAGE");
        }
      }),
    );
  });
});
