import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LedgerEntry, openLedger } from "./ledger.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "larder-ledger-"));
  path = join(folder, "state", "ledger.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (target: string, url: string, sizeBytes = 1, atMs = 5): LedgerEntry => ({ target, url, sizeBytes, atMs });

test("what was recorded is found again, by target and address, and only its owner may read it", async () => {
  const ledger = await openLedger(path);
  await Promise.all([ledger.record(entry("a", "https://x/1", 10)), ledger.record(entry("a", "https://x/2", 20))]);
  await ledger.record(entry("b", "https://x/1", 30));
  await ledger.close();
  const again = await openLedger(path);
  expect(again.find("a", "https://x/1")?.sizeBytes).toBe(10);
  expect(again.find("b", "https://x/1")?.sizeBytes).toBe(30);
  expect(again.find("b", "https://x/2")).toBeUndefined();
  await again.forget("a");
  await again.close();
  const last = await openLedger(path);
  expect([last.find("a", "https://x/1"), last.find("b", "https://x/1")?.sizeBytes]).toEqual([undefined, 30]);
  await last.close();
  expect(statSync(path).mode & 0o077).toBe(0);
});

test("a torn last line is cut off, and what follows is whole", async () => {
  const ledger = await openLedger(path);
  await ledger.record(entry("a", "https://x/1"));
  await ledger.close();
  appendFileSync(path, '{"target":"a","url":"https://x/2","si');
  const again = await openLedger(path);
  expect(again.size).toBe(1);
  await again.record(entry("a", "https://x/3"));
  await again.close();
  const last = await openLedger(path);
  expect([1, 2, 3].map((n) => last.find("a", `https://x/${n}`) !== undefined)).toEqual([true, false, true]);
  await last.close();
});

test("a file cut or spoilt anywhere never gives a delivery that was not recorded", async () => {
  const ledger = await openLedger(path);
  for (let i = 0; i < 5; i++) await ledger.record(entry("t", `https://x/${i}`, 1000 + i, 7000 + i));
  await ledger.close();
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.nat(3), async (cut, noise) => {
      writeFileSync(path, Buffer.concat([whole.subarray(0, cut), Buffer.alloc(noise, 0x7b)]));
      const again = await openLedger(path);
      for (let i = 0; i < 5; i++) {
        const found = again.find("t", `https://x/${i}`);
        if (found !== undefined) expect(found).toEqual(entry("t", `https://x/${i}`, 1000 + i, 7000 + i));
      }
      await again.close();
    }),
    { numRuns: 40 },
  );
});

test("a file of mostly old lines is written anew, smaller, with nothing lost", async () => {
  const line = (i: number): string =>
    `${JSON.stringify({ target: "t", url: `https://x/${i % 10}`, size: i, at: i })}\n`;
  const ledger = await openLedger(path);
  await ledger.close();
  writeFileSync(path, Array.from({ length: 1500 }, (_, i) => line(i)).join(""));
  const again = await openLedger(path);
  await again.record(entry("t", "https://x/new"));
  await again.close();
  expect(readFileSync(path, "utf8").split("\n").length - 1).toBe(11);
  const last = await openLedger(path);
  expect(last.find("t", "https://x/9")?.sizeBytes).toBe(1499);
  expect(last.size).toBe(11);
  await last.close();
});
