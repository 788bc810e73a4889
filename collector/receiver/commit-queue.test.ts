import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Batch, Journal } from "../../core/journal/journal.ts";
import { CommitQueue } from "./commit-queue.ts";

it("writes at once what comes alone, and together what comes within milliseconds", async () => {
  const written: string[] = [];
  const append = async ({ lines }: Batch): Promise<void> => {
    written.push(String(lines));
  };
  const queue = new CommitQueue({ append } as unknown as Journal);
  const commit = async (text: string): Promise<void> =>
    await queue.commit({ text, count: 1, span: { fromMs: 1, toMs: 1 } });
  await commit("a");
  expect(written).toEqual(["a"]);
  const second = commit("b");
  await turn();
  await turn();
  await Promise.all([second, commit("c")]);
  expect(written).toEqual(["a", "bc"]);
});
