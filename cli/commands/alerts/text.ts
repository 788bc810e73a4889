/**
 * What `larder alerts` says: reports to lines for people, or to JSON for programs.
 *
 * @module
 */

import type {
  AlertData,
  AlertService,
  Backup,
  InitReport,
  RecipientReport,
  Refusal,
  RestoreReport,
  ServiceReport,
} from "../../../alerts/index.ts";
import { addressKey } from "../../../alerts/index.ts";
import type { LarderError } from "../../../core/errors.ts";
import { systemTimeZone } from "../../../core/time/local-days.ts";
import { secondText } from "../../../core/time/moments.ts";
import { countText } from "../../../core/words/amounts.ts";
import { flow } from "../../../core/words/columns.ts";
import { printable } from "../../../core/words/printable.ts";
import { scriptAnswer } from "../../json-answer.ts";
import { type Colour, colour, isTerminal, print, printJson, terminalWidth } from "../../output.ts";
import { table } from "../../table.ts";

type Json = true | undefined;
/** One thing that happened, the word for it, and a word's colour. */
type Happening = readonly [word: string, what: string, tone?: Colour];

/** More of one kind than this are counted instead of listed; --json lists all. Refused lines are always listed. */
const MOST_LISTED = 20;
const WORD_WIDTH = 10;

/** `recipients list`. */
export function printRecipients(path: string, data: AlertData, json: Json): void {
  const { recipients, repairs, duplicates, withoutAddress } = data;
  if (json === true) {
    printJson({ database: path, recipients, duplicates, withoutAddress, repairs: repairs.map(({ text }) => text) });
    return;
  }
  if (recipients.length === 0) print("nobody is on the list");
  else {
    print(
      table(recipients, [
        { title: "ADDRESS", value: ({ address }) => printable(address), maxWidth: 54 },
        { title: "LANGUAGE", value: ({ language }) => printable(language), maxWidth: 12 },
        { title: "MAILS", value: ({ enabled }) => (enabled ? "on" : "off") },
      ]),
    );
  }
  const notes: Happening[] = [
    ...repairs.map(({ text }): Happening => ["to repair", text, "yellow"]),
    ...duplicates.map(({ address, row }): Happening => ["twice", `${address} (row ${row} too)`, "yellow"]),
    ...(withoutAddress === 0
      ? []
      : [["no address", `no mail is sent for ${countText(withoutAddress, "row")}`, "yellow"] as Happening]),
  ];
  if (notes.length === 0) return;
  print();
  printHappenings(notes);
  if (repairs.length > 0) print("The next change of recipients or services repairs that.");
}

/** What was not done of what was asked. */
interface Undone {
  readonly refusals: readonly Refusal[];
  /** Those it is an error not to find. */
  readonly missing: readonly string[];
}

/** What was done to the list. */
export function printChange(report: RecipientReport, { refusals, missing, json }: Undone & { json: Json }): void {
  const { changes, repairs, total, backup, dryRun, database } = report;
  const { inserts, updates, deletes, duplicates, unchanged } = changes;
  if (json === true) {
    const answer = {
      database,
      dryRun,
      total,
      added: inserts,
      changed: updates,
      removed: deletes,
      duplicates,
      unchanged,
      missing,
      refused: refusals,
      repairs: repairs.map(({ text }) => text),
      backup,
    };
    printJson(scriptAnswer(answer));
    return;
  }
  printHappenings([
    ...repairs.map(({ text }): Happening => ["repaired", text, "yellow"]),
    ...inserts.map(({ address, language }): Happening => ["added", `${address} (${language})`, "green"]),
    ...updates.map(
      ({ before, after }): Happening => ["changed", `${after.address}: ${difference(before, after)}`, "green"],
    ),
    ...deletes.map(({ address }): Happening => ["removed", address, "red"]),
    ...mergedLines(changes),
    ...unchanged.map(({ address }): Happening => ["unchanged", address, "dim"]),
    ...missing.map((address): Happening => ["not there", address, "red"]),
    ...refusals.map(refusalLine),
  ]);
  print(summary(`${countText(total, "recipient")} on the list${dryRun ? " afterwards" : ""}`, backup, dryRun));
}

/** Rows of one address that became one. */
function mergedLines({ duplicates, updates, unchanged }: RecipientReport["changes"]): Happening[] {
  const kept = [...updates.map(({ after }) => after), ...unchanged];
  return kept.flatMap(({ address, enabled }): Happening[] => {
    const others = duplicates.filter((row) => addressKey(row.address) === addressKey(address)).length;
    if (others === 0) return [];
    return [["merged", `${address}: ${others + 1} rows into 1, mails are ${enabled ? "on" : "off"}`, "yellow"]];
  });
}

/** Lines that were refused, before the error that ends the command; as JSON, both are one answer. */
export function printRefused(refusals: readonly Refusal[], error: LarderError, json: Json): void {
  if (json === true) printJson(scriptAnswer({ error, refused: refusals }));
  else printHappenings(refusals.map(refusalLine));
}

/** `services list`. */
export function printServices(path: string, data: AlertData, json: Json): void {
  if (json === true) {
    printJson({ database: path, services: data.services });
    return;
  }
  const onOff = (on: boolean) => (on ? "on" : "off");
  print(
    table(data.services, [
      { title: "SERVICE", value: ({ bundle }) => printable(bundle), maxWidth: 30 },
      { title: "NAME", value: ({ name }) => printable(name), maxWidth: 30 },
      { title: "MAIL", value: ({ mail }) => onOff(mail) },
      { title: "PUSH", value: ({ push }) => onOff(push) },
    ]),
  );
}

/** `services enable` and `disable`. */
export function printServiceReport(report: ServiceReport, json: Json): void {
  const { changed, unchanged, repairs, backup, dryRun } = report;
  if (json === true) {
    printJson(scriptAnswer({ ...report, repairs: repairs.map(({ text }) => text) }));
    return;
  }
  printHappenings([
    ...repairs.map(({ text }): Happening => ["repaired", text, "yellow"]),
    ...changed.map(({ after }): Happening => ["changed", serviceText(after), "green"]),
    ...unchanged.map((service): Happening => ["unchanged", serviceText(service), "dim"]),
  ]);
  const services = countText(changed.length, "service");
  print(summary(`${services} ${dryRun ? "would change" : "changed"}`, backup, dryRun));
}

/** `alerts init`. */
export function printInit(report: InitReport, json: Json): void {
  if (json === true) {
    printJson(scriptAnswer(report));
    return;
  }
  const { database, created, dryRun, recipients } = report;
  const people = countText(recipients, "recipient");
  if (!created) printHappenings([["unchanged", database, "dim"]]);
  else printHappenings([[dryRun ? "to make" : "made", database, "green"]]);
  if (!created) print(`the database is there already, with ${people}; nothing had to be written`);
  else if (dryRun) print("nothing was written (--dry-run)");
  else print("mail and push are on for Caching and Common; nobody is on the list yet");
}

/** `restore --list`. */
export function printBackups(path: string, backups: readonly Backup[], json: Json): void {
  if (json === true) printJson(scriptAnswer({ database: path, backups }));
  else if (backups.length === 0) print(`there is no backup of ${path} yet`);
  else {
    print(
      table(backups, [
        { title: "BACKUP", value: ({ name }) => name },
        { title: "MADE (LOCAL TIME)", value: ({ madeMs }) => secondText(madeMs, systemTimeZone()) },
        { title: "RECIPIENTS", value: ({ recipients }) => String(recipients ?? "unreadable"), align: "right" },
      ]),
    );
  }
}

/** `restore`. */
export function printRestore(report: RestoreReport, json: Json): void {
  if (json === true) {
    printJson(scriptAnswer(report));
    return;
  }
  printHappenings([
    ["from", report.from],
    ...report.added.map(({ address }): Happening => ["back", address, "green"]),
    ...report.removed.map(({ address }): Happening => ["removed", address, "red"]),
    ...report.changed.map((text): Happening => ["changed", text, "green"]),
  ]);
  const what = report.placed
    ? "the file was missing, the backup took its place"
    : `${countText(report.total, "recipient")} on the list${report.dryRun ? " afterwards" : ""}`;
  print(summary(what, report.backup, report.dryRun));
}

function printHappenings(happenings: readonly Happening[]): void {
  const listed = new Map<string, number>();
  for (const [word, what, tone] of happenings) {
    const count = (listed.get(word) ?? 0) + 1;
    listed.set(word, count);
    if (word !== "refused" && count > MOST_LISTED) continue;
    const label = word.padEnd(WORD_WIDTH);
    print(`  ${tone === undefined ? label : colour(label, tone)} ${wrapped(printable(what))}`);
  }
  for (const [word, count] of listed) {
    if (word !== "refused" && count > MOST_LISTED) {
      print(`  ${word.padEnd(WORD_WIDTH)} … and ${count - MOST_LISTED} more (--json lists all)`);
    }
  }
}

/** Text behind a word of `WORD_WIDTH`, broken between words where a person's terminal is too narrow for it. */
function wrapped(text: string): string {
  const indent = WORD_WIDTH + 3;
  if (!isTerminal()) return text;
  return flow(text.split(" "), " ", Math.max(20, terminalWidth() - indent)).join(`\n${" ".repeat(indent)}`);
}

function refusalLine({ line, text, problem }: Refusal): Happening {
  return ["refused", `${line === undefined ? "" : `line ${line}: `}"${text}": ${problem}`, "red"];
}

function difference(before: { language: string; enabled: boolean }, after: { language: string; enabled: boolean }) {
  const parts: string[] = [];
  if (before.language !== after.language) parts.push(`language ${before.language} → ${after.language}`);
  if (before.enabled !== after.enabled) parts.push(after.enabled ? "mails on" : "mails off");
  return parts.join(", ");
}

function serviceText({ bundle, mail, push }: AlertService): string {
  return `${bundle}: mail ${mail ? "on" : "off"}, push ${push ? "on" : "off"}`;
}

function summary(what: string, backup: string | undefined, dryRun: boolean): string {
  if (dryRun) return `${what}; nothing was written (--dry-run)`;
  return backup === undefined ? `${what}; nothing had to be written` : `${what}\nbackup: ${backup}`;
}
