import { describe, expect, it } from "vitest";
import type { FeedEvent } from "../../core/server/server.ts";
import { LivePage } from "./live-page.ts";

const content = (parts: Readonly<Record<string, string>>, charts = "{}") => ({ parts: Object.entries(parts), charts });

/** What a browser at a place gets at once. */
function missed(page: LivePage, since: string | undefined): unknown {
  const events: FeedEvent[] = [];
  page.read(since, (event) => events.push(event))();
  return events.map(({ event, data }) => (event === "parts" ? JSON.parse(data) : event));
}

describe("a page that is watched", () => {
  it("sends only parts that changed, once to each who reads", () => {
    const page = new LivePage("run");
    page.set(content({ a: "1", b: "1" }));
    const first: FeedEvent[] = [];
    const second: FeedEvent[] = [];
    const end = page.read(page.place, (event) => first.push(event));
    page.read(page.place, (event) => second.push(event));
    page.set(content({ a: "1", b: "2" }));
    end();
    page.set(content({ a: "3", b: "2" }));
    expect(first.map(({ data }) => data)).toEqual(['{"b":"2"}']);
    expect(second.map(({ id, data }) => [id, data])).toEqual([
      ["run-2", '{"b":"2"}'],
      ["run-3", '{"a":"3"}'],
    ]);
  });

  it("sends nothing when only time has passed", () => {
    const page = new LivePage("run");
    const aged = (seconds: number) => content({ a: `<time class="age" datetime="x">${seconds} s ago</time>` });
    page.set(aged(1));
    page.set(aged(2));
    expect(page.place).toBe("run-1");
  });

  it("gives who comes back what was missed, and all of it to who comes from another run", () => {
    const page = new LivePage("run");
    page.set(content({ a: "1", b: "1" }));
    page.set(content({ a: "2", b: "1" }));
    page.set(content({ a: "2", b: "1" }, "[]"));
    expect(missed(page, "run-3")).toEqual([]);
    expect(missed(page, "run-2")).toEqual([{ charts: "[]" }]);
    expect(missed(page, "run-1")).toEqual([{ a: "2", charts: "[]" }]);
    for (const place of ["other-3", "nonsense", "", undefined]) {
      expect(missed(page, place), place).toEqual([{ a: "2", b: "1", charts: "[]" }]);
    }
  });

  it("has a browser that missed nearly everything load the page", () => {
    const page = new LivePage("run");
    page.set(content({ a: "x".repeat(400_000) }));
    expect(missed(page, "old-1")).toEqual(["reload"]);
  });
});
