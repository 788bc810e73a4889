/**
 * What counts as a file that may be read: a pipe or a device may never end, or never begin.
 *
 * @module
 */
import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { LarderError } from "./errors.ts";

/** What a shell hands over with `<(…)` and `<`: somebody writes into it already, so it may be read to its end. */
const HANDED_OVER = /^\/dev\/(?:fd\/\d+|stdin)$/;

/** A file that is open, and what the file system says about it. */
export interface OpenFile {
  readonly file: FileHandle;
  readonly facts: Stats;
}

/**
 * Opens a file to read it, without waiting where it is a pipe.
 * @param options.handedOver also a pipe that the shell handed over, as in `-c <(sops -d larder.json)`
 * @throws LarderError `FILE_KIND`, and then nothing is open; the file system's own errors pass.
 */
export async function openRegular(path: string, options: { readonly handedOver?: boolean } = {}): Promise<OpenFile> {
  const handedOver = options.handedOver === true && HANDED_OVER.test(path);
  // without O_NONBLOCK, opening a pipe waits until somebody writes into it
  const file = await open(path, constants.O_RDONLY | (handedOver ? 0 : constants.O_NONBLOCK));
  try {
    const facts = await file.stat();
    if (!(handedOver && facts.isFIFO())) requireRegular(facts);
    return { file, facts };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws LarderError `FILE_KIND`, whose message says what it is; the caller adds which file. */
export function requireRegular(found: Stats): void {
  if (found.isFile()) return;
  const what = found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : "a device or a socket";
  throw new LarderError(`it is ${what}, a file was expected`, { code: "FILE_KIND" });
}
