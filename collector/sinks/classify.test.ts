import { describe, expect, it } from "vitest";
import { type Answer, classify, type Verdict } from "./classify.ts";

/** The verdict on an answer that takes nothing. */
function verdictOn(answer: Answer): Verdict {
  const verdict = classify(answer);
  if (verdict.fate === "taken") throw new Error("the lines were taken");
  return verdict;
}

/** The table: status, body, and what becomes of the lines; "taken" is an acknowledgement. */
const TABLE: readonly (readonly [number, string, string])[] = [
  [204, "", "taken"],
  [200, "", "taken"],
  [200, '{"results":[]}', "later"],
  [202, "", "later"],
  [206, "", "later"],
  [301, "", "stopped"],
  [307, "", "stopped"],
  // InfluxDB 1.6.7
  [400, '{"error":"partial write: field type conflict: input field \\"dur\\" ... dropped=1"}', "refused"],
  [400, '{"error":"partial write: points beyond retention policy dropped=1"}', "taken"],
  [400, '{"error":"partial write: shard 3 is pending deletion dropped=1"}', "later"],
  [400, '{"error":"partial write: max-series-per-database limit exceeded: (4) dropped=496"}', "stopped"],
  [
    400,
    '{"error":"partial write: max-values-per-tag limit exceeded (100000/100000): measurement=m tag=t dropped=1"}',
    "stopped",
  ],
  [400, '{"error":"unable to parse \'x\': invalid field format"}', "refused"],
  [400, '{"error":"database is required"}', "stopped"],
  [400, '{"error":"unexpected EOF"}', "later"],
  [404, '{"error":"database not found: \\"nope\\""}', "stopped"],
  [413, '{"error":"Request Entity Too Large"}', "too-large"],
  [500, '{"error":"retention policy not found: xx"}', "stopped"],
  [500, '{"error":"timeout"}', "later"],
  [401, '{"error":"authorization failed"}', "stopped"],
  [403, '{"error":"\\"r\\" user is not authorized to write to database \\"cc\\""}', "stopped"],
  // 2.x
  [422, '{"code":"unprocessable entity","message":"failure writing points to database: partial write"}', "refused"],
  [400, '{"code":"invalid","message":"Please provide either orgID or org"}', "stopped"],
  [404, '{"code":"not found","message":"bucket \\"x\\" not found"}', "stopped"],
  [429, "", "later"],
  [503, "", "later"],
  [
    422,
    '{"code":"unprocessable entity","message":"failure writing points to database: partial write: dropped 4 points outside retention policy of duration 24h0m0s - oldest point home at 1970-01-01T00:00:01Z dropped because it violates a Retention Policy Lower Bound at 2025-05-20T19:06:17Z, newest point home at 1970-01-01T00:00:01Z dropped=4 for database: 9f28 for retention policy: autogen"}',
    "taken",
  ],
  // 3 Core
  [422, '{"error":"update to schema would exceed number of tables per database limit of 2000 tables"}', "stopped"],
  // VictoriaMetrics, with the request before its reason
  [
    400,
    'remoteAddr: "127.0.0.1:36342"; requestURI: /insert/0/influx/write?precision=ms; unsupported path requested: "/insert/0/influx/write"\n',
    "stopped",
  ],
  [
    400,
    'remoteAddr: "127.0.0.1:1"; requestURI: /write; cannot unmarshal InfluxDB line "m unsupported path requested": missing fields',
    "refused",
  ],
  // a line that is quoted in an answer may hold any word
  [400, `{"error":"unable to parse 'm,kind=gzip bucket required': invalid field format"}`, "refused"],
  [408, "", "later"],
  [502, "<html>", "later"],
  [504, "", "later"],
  [507, "", "later"],
  [406, "", "stopped"],
];

describe("classify()", () => {
  it.each(TABLE)("%i %s: %s", (status, body, expected) => {
    expect(classify({ status, body, contentType: "application/json" }).fate).toBe(expected);
  });

  it("suspects the lines behind a plain 500, not behind 503", () => {
    expect(verdictOn({ status: 500, body: "", contentType: "" }).mayBeLines).toBe(true);
    expect(verdictOn({ status: 503, body: "", contentType: "" }).mayBeLines).toBe(false);
  });

  it("takes no proxy's word against a line", () => {
    const page = "\n<!DOCTYPE html><h1>400</h1>";
    expect(classify({ status: 400, body: page, contentType: "" }).fate).toBe("stopped");
    expect(classify({ status: 422, body: "x", contentType: "text/html; charset=utf-8" }).fate).toBe("stopped");
  });

  it("says what the server said, in one tame line", () => {
    const said = (body: string): string => verdictOn({ status: 400, body, contentType: "" }).said;
    expect(said('{"error":"a\\u001b[31m\\nb"}')).toBe("a [31m b");
    expect(said('{"error":"partial","data":[{"error_message":"bad column"}]}')).toBe("partial: bad column");
    expect(said("x".repeat(10_000)).length).toBe(300);
  });

  it("counts what is older than the server keeps, and what it refused while it took the others", () => {
    const answer = (status: number, body: string) => classify({ status, body, contentType: "application/json" });
    const old = '{"error":"partial write: points beyond retention policy dropped=41"}';
    expect(answer(400, old)).toEqual({ fate: "taken", expiredLines: 41 });
    const long = `{"message":"failure writing points to database: partial write: dropped 350 points outside retention policy of duration 72h0m0s - oldest point m,${"t=v,".repeat(200)} at x dropped=350 for database: a for retention policy: autogen"}`;
    expect(answer(422, long)).toEqual({ fate: "taken", expiredLines: 350 });
    const typed = (n: string) =>
      `{"error":"partial write: field type conflict: input field \\"a dropped=9\\" ${"x".repeat(400)} dropped=${n}"}`;
    expect(answer(400, typed("7"))).toMatchObject({ fate: "refused", refusedLines: 7 });
    const listed = '{"error":"partial write of line protocol occurred","data":[{"line_number":1},{"line_number":5}]}';
    expect(answer(400, listed)).toMatchObject({ fate: "refused", refusedLines: 2 });
    expect(answer(400, '{"error":"unable to parse \'m dropped=3\'"}')).toMatchObject({ refusedLines: undefined });
  });
});
