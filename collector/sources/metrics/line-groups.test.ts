import { describe, expect, it } from "vitest";
import { LineGroups } from "./line-groups.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

describe("LineGroups", () => {
  it("writes one line for each measurement and time, whatever the order of the numbers", () => {
    const groups = new LineGroups(",server=größe");
    const [a1, b, a2] = ["a.1", "b", "a 2"].map((field) => groups.prepare({ measurement: field.charAt(0), field }));
    groups.add(5, a1!, 0);
    groups.add(5, b!, -(2n ** 63n));
    groups.add(5, a2!, 2n ** 63n - 1n);
    groups.add(6, b!, 7);
    const { lines, lineCount, span } = groups.take();
    expect(text(lines).split("\n")).toEqual([
      "a,server=größe a.1=0i,a\\ 2=9223372036854775807i 5",
      "b,server=größe b=-9223372036854775808i 5",
      "b,server=größe b=7i 6",
      "",
    ]);
    expect({ lineCount, span }).toEqual({ lineCount: 3, span: { fromMs: 5, toMs: 6 } });
  });

  it("leaves what was taken alone until the next is taken", () => {
    const groups = new LineGroups("");
    const place = groups.prepare({ measurement: "m", field: "f" });
    groups.add(1, place, 1);
    const { lines } = groups.take();
    for (let ms = 2; ms < 30_000; ms++) groups.add(ms, place, ms);
    expect(text(lines)).toBe("m f=1i 1\n");
    const next = groups.take();
    expect(next.lineCount).toBe(29_998);
    expect(text(next.lines).split("\n").slice(0, -1)).toEqual(
      Array.from({ length: 29_998 }, (_, i) => `m f=${i + 2}i ${i + 2}`),
    );
  });
});
