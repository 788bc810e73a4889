import { describe, expect, it } from "vitest";
import { classify } from "./classify.ts";

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
  [400, '{"error":"partial write: points beyond retention policy dropped=1"}', "refused"],
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
    expect(classify({ status, body, contentType: "application/json" })?.fate ?? "taken").toBe(expected);
  });

  it("suspects the lines behind a plain 500, not behind 503", () => {
    expect(classify({ status: 500, body: "", contentType: "" })?.mayBeLines).toBe(true);
    expect(classify({ status: 503, body: "", contentType: "" })?.mayBeLines).toBe(false);
  });

  it("takes no proxy's word against a line", () => {
    const page = "\n<!DOCTYPE html><h1>400</h1>";
    expect(classify({ status: 400, body: page, contentType: "" })?.fate).toBe("stopped");
    expect(classify({ status: 422, body: "x", contentType: "text/html; charset=utf-8" })?.fate).toBe("stopped");
  });

  it("says what the server said, in one tame line", () => {
    const said = (body: string): string | undefined => classify({ status: 400, body, contentType: "" })?.said;
    expect(said('{"error":"a\\u001b[31m\\nb"}')).toBe("a [31m b");
    expect(said('{"error":"partial","data":[{"error_message":"bad column"}]}')).toBe("partial: bad column");
    expect(said("x".repeat(10_000))?.length).toBe(301);
  });
});
