/**
 * The commands that change the list of recipients: what people gave, to a request, to a report and an exit code.
 *
 * @module
 */

import type { Command } from "commander";
import {
  type AlertsOptions,
  changeRecipients,
  formatRecipientList,
  loadAlertData,
  parseAddress,
  parseLanguage,
  parseRecipientList,
  type RecipientRequest,
  type Refusal,
  type WantedRecipient,
} from "../../../alerts/index.ts";
import { errorText, LarderError } from "../../../core/errors.ts";
import { readRegularFile, writeAtomically } from "../../../core/files.ts";
import { countText } from "../../../core/words/amounts.ts";
import { ExitCode, ExitWith } from "../../exit.ts";
import { print, printDocument, printJson } from "../../output.ts";
import { printChange, printRefused } from "./text.ts";

interface Flags {
  readonly db: string;
  readonly json?: true;
  readonly file?: string;
  readonly language?: string;
  readonly ifPresent?: true;
  readonly skipInvalid?: true;
  readonly allowEmpty?: true;
}

/** How a command was called. */
interface Call {
  readonly flags: Flags;
  readonly options: AlertsOptions;
  /** To complain in its name. */
  readonly command: Command;
}

interface Given {
  readonly wanted: readonly WantedRecipient[];
  readonly refusals: readonly Refusal[];
}

/** Longest list that is read: 16 MiB, some 400,000 addresses. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

/** `recipients add`: everybody named is on the list and switched on afterwards. */
export async function runAdd(addresses: string[], { flags, options, command }: Call) {
  const given = await readGiven(addresses, flags, command);
  const wanted = given.wanted.map((one) => ({ ...one, enabled: one.enabled ?? true }));
  await change({ kind: "add", wanted }, given.refusals, { flags, options });
}

/** `recipients import`: what the file leaves open stays as it is. */
export async function runImport(list: string, { flags, options, command }: Call) {
  const given = await readGiven([], { ...flags, file: list }, command);
  await change({ kind: "add", wanted: given.wanted }, given.refusals, { flags, options });
}

/** `recipients remove`: a text that is not an address may still be in the database, and is removed as it is. */
export async function runRemove(addresses: string[], { flags, options, command }: Call) {
  const given = await readGiven(
    addresses.filter(isAddress),
    { ...flags, ...(addresses.length > 0 ? { optional: true } : {}) },
    command,
  );
  const asked = [...given.wanted.map(({ address }) => address), ...addresses.filter((text) => !isAddress(text))];
  await change({ kind: "remove", addresses: asked }, given.refusals, { flags, options });
}

/** `recipients set`: refuses a list with bad lines or without anybody, for what it does not name is removed. */
export async function runSet({ flags, options, command }: Call) {
  const given = await readGiven([], flags, command);
  if (given.refusals.length > 0 && flags.skipInvalid !== true) {
    const error = new LarderError(
      `Cannot set the list from "${flags.file}": ${given.refusals.length} of its lines are refused, and the people they mean would be removed`,
      { code: "ALERTS_INVALID", state: "nothing was changed", next: "correct the lines, or add --skip-invalid" },
    );
    printRefused(given.refusals, error, flags.json);
    throw error;
  }
  if (given.wanted.length === 0 && flags.allowEmpty !== true) {
    throw new LarderError(`Cannot set the list from "${flags.file}": it names nobody, and everybody would be removed`, {
      code: "ALERTS_EMPTY",
      state: "nothing was changed",
      next: "add --allow-empty if that is what is wanted",
    });
  }
  await change({ kind: "set", wanted: given.wanted }, given.refusals, { flags, options });
}

/** `recipients export`. */
export async function runExport(flags: Flags & { readonly output?: string }, options: AlertsOptions) {
  const { recipients } = await loadAlertData(flags.db, options);
  const list = recipients.map(({ address, language, enabled }) => ({ address, language, enabled }));
  if (flags.output !== undefined) {
    await writeAtomically(flags.output, formatRecipientList(list), { mode: 0o600 });
    if (flags.json === true) printJson({ database: flags.db, file: flags.output, recipients: list.length });
    else print(`${countText(list.length, "recipient")} written to ${flags.output}`);
  } else if (flags.json === true) printJson(list);
  else printDocument(formatRecipientList(list));
}

/** Does what is asked, says so, and ends with the code that scripts rely on. */
async function change(
  request: RecipientRequest,
  refusals: readonly Refusal[],
  { flags, options }: Omit<Call, "command">,
) {
  const asked = request.kind === "remove" ? request.addresses.length : request.wanted.length;
  if (asked === 0 && refusals.length > 0 && flags.skipInvalid !== true) {
    const error = new LarderError(
      `Cannot take any of what was given: ${countText(refusals.length, "address is", "addresses are")} refused`,
      {
        code: "ALERTS_INVALID",
        state: "nothing was changed",
        next: "correct the addresses",
      },
    );
    printRefused(refusals, error, flags.json);
    throw error;
  }
  const report = await changeRecipients(flags.db, request, options);
  const missing = flags.ifPresent === true ? [] : report.changes.missing;
  printChange(report, { refusals, missing, json: flags.json });
  if (missing.length > 0) throw new ExitWith(ExitCode.failed);
  if (refusals.length > 0) throw new ExitWith(ExitCode.partly);
}

/** Everybody named on the command line and in the list; what cannot be taken is refused with its line. */
async function readGiven(
  addresses: readonly string[],
  flags: Flags & { optional?: true },
  command: Command,
): Promise<Given> {
  const fromStdin = addresses.includes("-") && flags.file === undefined;
  const source = fromStdin ? "-" : flags.file;
  const named = fromStdin ? addresses.filter((text) => text !== "-") : addresses;
  if (named.length === 0 && source === undefined && flags.optional !== true) {
    command.error("error: name addresses, or give --file <list>");
  }
  const language = flags.language === undefined ? undefined : parseLanguage(flags.language);
  if (flags.language !== undefined && language === undefined) {
    command.error(`error: "${flags.language}" is not a language code such as en or pt-BR`);
  }
  const list = source === undefined ? undefined : parseRecipientList(await readList(source));
  const refusals: Refusal[] = [];
  const wanted: WantedRecipient[] = [];
  for (const text of named) {
    const address = parseAddress(text);
    if ("problem" in address) refusals.push({ line: undefined, text, problem: address.problem });
    else wanted.push({ address: address.text });
  }
  const all = [...wanted, ...(list?.wanted ?? [])];
  return {
    wanted: language === undefined ? all : all.map((one) => ({ ...one, language: one.language ?? language })),
    refusals: [...refusals, ...(list?.refusals ?? [])],
  };
}

function isAddress(text: string): boolean {
  return text === "-" || "text" in parseAddress(text);
}

async function readList(source: string): Promise<Buffer> {
  try {
    return source === "-" ? await readInput() : (await readRegularFile(source, MAX_LIST_BYTES)).bytes;
  } catch (error) {
    throw new LarderError(`Cannot read the list "${source}": ${errorText(error)}`, {
      code: "ALERTS_LIST",
      state: "nothing was changed",
      next: "check the path; - means standard input",
      cause: error,
    });
  }
}

async function readInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_LIST_BYTES) throw new Error(`it is larger than the ${MAX_LIST_BYTES} bytes that are read`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
