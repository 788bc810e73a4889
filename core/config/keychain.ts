/**
 * Secrets in the keychain of macOS, through its own `security`: root finds the System keychain, others their own.
 *
 * The password travels on standard output alone. It is in no argument, and nothing that `security` prints is kept
 * where there is an error.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { errorCode } from "../errors.ts";

const PROGRAM = "/usr/bin/security";
/** Longer than a busy Mac takes; a dialog that nobody sees has no end. */
const TIMEOUT_MS = 10_000;
const MOST_BYTES = 64 * 1024;

/** The password of an item; or why there is none, and what to do. */
export type KeychainAnswer = { readonly text: string } | { readonly why: string; readonly next: string };

/** The password of a generic item. */
export type Keychain = (item: string) => Promise<KeychainAnswer>;

/** The keychain of this computer. @param program in place of `security`, for a test */
export function keychainOf(program = PROGRAM, timeoutMs = TIMEOUT_MS): Keychain {
  return async (item) =>
    await new Promise((resolve) => {
      const words = ["find-generic-password", "-s", item, "-w"];
      execFile(program, words, { timeout: timeoutMs, maxBuffer: MOST_BYTES }, (error, stdout) => {
        const text = stdout.replace(/\n$/, "");
        resolve(error === null && text !== "" ? { text } : refusal(item, error));
      });
    });
}

function refusal(item: string, error: unknown): KeychainAnswer {
  const name = /^[A-Za-z0-9._-]+$/.test(item) ? item : `'${item.replaceAll("'", "'\\''")}'`;
  // last of all -w: it asks for the password, which is then in no list of commands
  const add = `sudo -H security add-generic-password -U -a larder -s ${name} -T ${PROGRAM} -w`;
  const unlock = `security unlock-keychain; a daemon needs it in the System keychain: ${add}`;
  if (error === null) return { why: "it is empty", next: add };
  if (errorCode(error) === "ENOENT") {
    return { why: "this computer has no keychain", next: "keep the secret in a file here" };
  }
  const { killed, code } = error as { readonly killed?: boolean; readonly code?: unknown };
  if (killed === true) return { why: "security did not answer: it may be asking somebody at the screen", next: unlock };
  switch (code) {
    // the last byte of errSecItemNotFound, errSecInteractionNotAllowed, errSecAuthFailed, errSecUserCanceled
    case 44:
      return { why: "there is no such item", next: add };
    case 36:
      return { why: "the keychain is locked", next: unlock };
    case 51:
    case 128:
      return { why: "access to it was denied", next: `${add} adds it again, so that security may read it` };
    default:
      return { why: `security ended with ${String(code)}`, next: `sudo security find-generic-password -s ${name}` };
  }
}
