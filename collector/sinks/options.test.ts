import { describe, expect, it } from "vitest";
import { STREAMS } from "../../core/journal/streams.ts";
import { destinationsOf } from "./destinations.ts";
import { endpointUrl, isLoopback } from "./endpoint.ts";
import { sinkSchema, sinksSchema } from "./options.ts";

const influx1 = { name: "main", type: "influx1", url: "http://db:8086", database: "cc" };
const influx2 = { name: "two", type: "influx2", url: "https://db:8086", bucket: "cc", org: "o" };
const victoria = { name: "vm", type: "victoriametrics", url: "http://vm:8428" };

/** `path: message` of everything wrong. */
function wrong(value: unknown): string[] {
  const result = sinkSchema.safeParse(value);
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("sinkSchema", () => {
  it("takes each type with its own keys", () => {
    expect(wrong({ ...influx1, retentionPolicy: "year", username: "u", passwordFile: "/p" })).toEqual([]);
    expect(wrong({ ...influx2, tokenEnv: "T", gzip: false })).toEqual([]);
    expect(wrong({ ...victoria, token: "t" })).toEqual([]);
    expect(sinkSchema.parse(influx1).timeoutSeconds).toBe(10);
  });

  it.each([
    [{ ...influx1, bucket: "b" }, "a sink of type influx1 has no bucket"],
    [{ ...influx2, database: "d" }, "a sink of type influx2 has no database"],
    [{ ...influx1, database: undefined }, "database: a sink of type influx1 needs database"],
    [{ ...influx2, bucket: undefined }, "bucket: a sink of type influx2 needs bucket"],
    [{ ...influx1, username: "u", password: "p", passwordFile: "/p" }, "give only one of password and passwordFile"],
    [{ ...influx1, passwordEnv: "P" }, "username: a password needs a username"],
    [{ ...victoria, username: "u", token: "t" }, "username: give a username or a token, not both"],
    [{ ...victoria, url: "http://u:p@vm" }, "url: leave user and password out of the address"],
    [{ ...victoria, url: "ftp://vm" }, "url: use an address such as"],
    [{ ...victoria, name: "../x" }, "name: use up to 64 letters"],
    [{ ...victoria, timeoutSeconds: 0 }, "timeoutSeconds: "],
    [{ ...victoria, databse: "x" }, "databse"],
  ])("%j: %s", (value, message) => {
    expect(wrong(value).join("\n")).toContain(message);
  });

  it("wants different names", () => {
    const result = sinksSchema.safeParse([influx1, { ...victoria, name: "main" }]);
    expect(result.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)).toEqual([
      '1.name: another sink is called "main"',
    ]);
  });
});

describe("sinks[].rollup", () => {
  it("takes the keys of the sink's type, and no name that another sink has", () => {
    expect(wrong({ ...influx1, rollup: { database: "cc_long", retentionPolicy: "years" } })).toEqual([]);
    expect(wrong({ ...influx2, rollup: { bucket: "cc_long" } })).toEqual([]);
    expect(wrong({ ...influx2, rollup: { database: "x" } })).toEqual([
      "rollup: a sink of type influx2 has no database",
    ]);
    expect(wrong({ ...victoria, rollup: { retentionPolicy: "x" } })[0]).toContain("has no retentionPolicy");
    const clash = sinksSchema.safeParse([
      { ...influx1, rollup: { database: "x" } },
      { ...victoria, name: "main.rollup" },
    ]);
    expect(clash.success).toBe(false);
  });

  it("makes a sink two destinations, or leaves it one", () => {
    const sink = { ...influx1, retentionPolicy: "weeks", username: "u" };
    const places = (rollup?: object) => destinationsOf([sinkSchema.parse({ ...sink, rollup })]);
    expect(places({ retentionPolicy: "years" })).toMatchObject([
      { name: "main", sink: "main", target: { database: "cc", retentionPolicy: "weeks" } },
      { name: "main.rollup", sink: "main", target: { database: "cc", retentionPolicy: "years", username: "u" } },
    ]);
    expect(
      places({ retentionPolicy: "years" })
        .flatMap(({ streams }) => streams)
        .sort(),
    ).toEqual([...STREAMS].sort());
    expect(places({ database: "long" })[1]?.target).toMatchObject({ database: "long", retentionPolicy: undefined });
    expect(places({ database: "long" })[1]?.target).not.toHaveProperty("rollup");
    for (const one of [places({}), places()]) {
      expect(one).toMatchObject([{ name: "main", streams: STREAMS }]);
    }
    const bucket = destinationsOf([sinkSchema.parse({ ...influx2, rollup: { bucket: "long" } })]);
    expect(bucket.map(({ target }) => target)).toMatchObject([{ bucket: "cc" }, { bucket: "long", org: "o" }]);
  });
});

describe("names of sinks", () => {
  it("differ in more than case, with their roll-ups: they name files, and a disk may not tell them apart", () => {
    const said = (...sinks: object[]): string =>
      sinksSchema.safeParse(sinks.map((sink) => ({ ...influx1, ...sink }))).error?.issues[0]?.message ?? "";
    expect(said({ name: "main" }, { name: "Main" })).toMatch(/"main".*"Main"/);
    expect(said({ name: "main", rollup: { database: "r" } }, { name: "MAIN.rollup" })).toMatch(/main\.rollup/);
    expect(said({ name: "main" }, { name: "main" })).toBe('another sink is called "main"');
    expect(said({ name: "main" }, { name: "mains" })).toBe("");
  });
});

describe("endpointUrl()", () => {
  it.each([
    ["http://h:1", "http://h:1/write?db=a"],
    ["http://h:1/", "http://h:1/write?db=a"],
    ["http://h:1/insert/0/influx/", "http://h:1/insert/0/influx/write?db=a"],
    ["http://h:1/base/write", "http://h:1/base/write?db=a"],
    ["http://h:1/base/api/v2/write", "http://h:1/base/write?db=a"],
    ["http://h:1/api/v2?extra_label=x#y", "http://h:1/write?extra_label=x&db=a"],
    ["http://h:1/writer", "http://h:1/writer/write?db=a"],
  ])("%s", (base, expected) => {
    expect(endpointUrl(base, "/write", { db: "a", rp: undefined })).toBe(expected);
  });
});

describe("isLoopback()", () => {
  it("knows this machine", () => {
    const urls = ["http://localhost:1", "http://127.0.0.1", "http://[::1]:1", "http://db", "http://1270.example"];
    expect(urls.map(isLoopback)).toEqual([true, true, true, false, false]);
  });
});
