import { expect, test } from "vitest";
import { anAsset } from "../../fixtures/assets.ts";
import type { PlannedAsset } from "../words/asset.ts";
import { EventStream } from "./event-stream.ts";
import type { WarmEvent } from "./events.ts";

const target = { name: "one", url: "http://c", role: "cache" as const };
const item = (name: string): PlannedAsset => ({
  asset: anAsset(`http://x.apple.com/${name}`),
  devices: 1,
  why: "test",
  decision: "warm",
});
const start = (name: string): WarmEvent => ({ type: "asset-start", atMs: 0, target, item: item(name), attempt: 1 });
const progress = (name: string, bytes: number): WarmEvent => ({
  type: "progress",
  atMs: 0,
  target,
  item: item(name),
  bytes,
  totalBytes: undefined,
  heldBytes: undefined,
});

async function all(stream: EventStream): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of stream) {
    const name = "item" in event ? event.item?.asset.url.at(-1) : "";
    seen.push(`${event.type} ${name}${event.type === "progress" ? event.bytes : ""}`);
  }
  return seen;
}

test("every event is read once, in order, whether the reader waits for it or comes late", async () => {
  const stream = new EventStream(async (tell) => {
    tell(start("a"));
    tell(start("b"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    tell(start("c"));
    tell(start("d"));
    await Promise.resolve();
    tell(start("e"));
  });
  expect(await all(stream)).toEqual(["a", "b", "c", "d", "e"].map((name) => `asset-start ${name}`));
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test("progress nobody has read is replaced by newer progress of the same try alone", async () => {
  const stream = new EventStream(async (tell) => {
    tell(start("a"));
    for (const bytes of [1, 2]) tell(progress("a", bytes));
    tell(progress("b", 7));
    tell(progress("a", 3));
    tell(start("a"));
    tell(progress("a", 4));
  });
  expect(await all(stream)).toEqual(["asset-start a", "progress a3", "progress b7", "asset-start a", "progress a4"]);
});

test("an error reaches the reader after the events before it, and once", async () => {
  const stream = new EventStream(async (tell) => {
    tell(start("a"));
    await Promise.resolve();
    throw new Error("gone");
  });
  expect(await stream.next()).toMatchObject({ value: { type: "asset-start" } });
  await expect(stream.next()).rejects.toThrow("gone");
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

test("nothing runs before the first read; who stops reading abandons the run and waits for its end", async () => {
  let [begun, ended] = [false, false];
  const source = async (tell: (event: WarmEvent) => void, abandoned: AbortSignal): Promise<void> => {
    begun = true;
    tell(start("a"));
    await new Promise((resolve) => abandoned.addEventListener("abort", () => setTimeout(resolve, 5)));
    ended = true;
  };
  const unread = new EventStream(source);
  await unread.return();
  expect([begun, await unread.next()]).toEqual([false, { done: true, value: undefined }]);
  for await (const _event of new EventStream(source)) break;
  expect([begun, ended]).toEqual([true, true]);
});
