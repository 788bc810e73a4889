/**
 * Something that is wrong, and what to do about it.
 *
 * @module
 */
import { errorCode, errorText, LarderError } from "./errors.ts";

/** `bad`: it does not do its work. `warn`: it will not for long, or somebody should look. */
export type FindingLevel = "bad" | "warn";

export interface Finding {
  /** Stable name, for scripts. */
  readonly id: string;
  readonly level: FindingLevel;
  /** What is wrong. */
  readonly said: string;
  /** One thing to do. */
  readonly next: string;
  /** Where it is to be corrected: `/etc/larder.json: sinks[0].url`. */
  readonly where?: string;
}

/** The findings, the worst first. */
export function worstFirst(found: readonly Finding[]): Finding[] {
  const rank = ({ level }: Finding): number => (level === "bad" ? 0 : 1);
  return [...found].sort((a, b) => rank(a) - rank(b));
}

/** The worst level there is. */
export function worstLevel(found: readonly Finding[]): FindingLevel | "ok" {
  return found.some(({ level }) => level === "bad") ? "bad" : found.length > 0 ? "warn" : "ok";
}

/** A failure as a finding: the code of the error is its name, `CONFIG_SECRET` is `config-secret`. */
export function findingOf(error: unknown, where?: string): Finding {
  const id = (errorCode(error) ?? "UNEXPECTED").toLowerCase().replaceAll("_", "-");
  const next = (error instanceof LarderError ? error.next : undefined) ?? "correct it, then check again";
  return { id, level: "bad", said: errorText(error), next, ...(where === undefined ? {} : { where }) };
}
