/**
 * A program of the admin's, and macOS Server's own `server postAlert`. Arguments are a list and no shell reads them.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { adminProgram, programEnvironment } from "../../core/admin-program.ts";
import { errorText } from "../../core/errors.ts";
import { excerpt } from "../../core/revealed.ts";
import type { Notice } from "../state/state.ts";
import type { Message } from "../words/words.ts";
import { type Notifier, type Receipt, SEND_TIMEOUT_MS, UnsentError } from "./notifier.ts";

const SERVER_COMMAND = "/Applications/Server.app/Contents/ServerRoot/usr/sbin/server";

/** A program that gets the message as JSON on its standard input. */
export function command({
  name,
  command: words,
}: {
  readonly name: string;
  readonly command: readonly string[];
}): Notifier {
  const [program = "", ...rest] = words;
  return {
    name,
    type: "command",
    place: program,
    send: async (notice, message) =>
      await run(name, [program, ...rest], JSON.stringify({ ...notice, ...textsOf(message) })),
  };
}

/** The alerts of macOS Server: it mails and pushes them to its own list of recipients. */
export function serverAlert({
  name,
  program = SERVER_COMMAND,
}: {
  readonly name: string;
  readonly program?: string;
}): Notifier {
  return {
    name,
    type: "server",
    place: program,
    send: async (_notice: Notice, { subject, text }) => {
      const words = ["postAlert", "CustomAlert", "Common", "subject", subject, "message", text];
      return await run(name, [program, ...words], "");
    },
  };
}

function textsOf({ subject, text, link }: Message) {
  return { title: subject, text, link: link?.value ?? null };
}

/** @throws UnsentError also for a program that others could have changed */
async function run(name: string, [program = "", ...words]: readonly string[], input: string): Promise<Receipt> {
  const { path, doubt } = await adminProgram(program);
  if (doubt !== undefined)
    throw new UnsentError(name, `${program} was not run: ${doubt.said}`, { retryable: true, cause: doubt.cause });
  return await new Promise((resolve, reject) => {
    const child = execFile(
      path,
      words,
      { timeout: SEND_TIMEOUT_MS, cwd: "/", env: programEnvironment(), maxBuffer: 65_536 },
      (error, _out, said) => {
        if (error === null) return resolve("accepted");
        const why = `${program}: ${excerpt(said, 200) || errorText(error)}`;
        return reject(new UnsentError(name, why, { retryable: true, cause: error }));
      },
    );
    // a program that does not read is not a failure
    child.stdin?.on("error", () => undefined).end(input);
  });
}
