/**
 * Inputs that showed a fault once: small files that every run of the tests tries again.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = "fixtures/fuzz";
const ROOT = join(import.meta.dirname, "../..");

/** The inputs found with a target. */
export function keptInputs(target: string): { readonly file: string; readonly input: Buffer }[] {
  const folder = join(ROOT, FOLDER, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ file: join(FOLDER, target, name), input: readFileSync(join(folder, name)) }));
}

/** Keeps an input; returns its file. */
export function keepFound(target: string, input: Uint8Array): string {
  const name = createHash("sha256").update(input).digest("hex").slice(0, 12);
  mkdirSync(join(ROOT, FOLDER, target), { recursive: true });
  writeFileSync(join(ROOT, FOLDER, target, name), input);
  return join(FOLDER, target, name);
}
