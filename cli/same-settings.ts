/**
 * Commands that a message prints run on the settings the message is about: pasted, they must not act on the default file
 * or another journal.
 *
 * @module
 */

/** Commands that take -c and --state-dir. */
const READS_SETTINGS =
  /\blarder (?:collect(?: --once)?|status|doctor|history|report|config (?:check|show)|sinks retry|journal verify|influx setup|import (?:influx|logstash)|precache (?:run|plan|list|report|discover))(?![\w-])(?! (?:-c|--config|--help)\b)/g;

/** Flags that say which settings and which journal, as typed. */
const CHOSEN = new Set(["-c", "--config", "--state-dir"]);

let chosen = "";

/** Keeps what a command line chose, for the messages it may end in. */
export function rememberSettings(argv: readonly string[]): void {
  const words = argv.flatMap((word, i) => {
    const [name = "", value] = /^(--[a-z-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word, argv[i + 1]];
    return CHOSEN.has(name) && value !== undefined ? [` ${name} ${quoted(value)}`] : [];
  });
  chosen = words.join("");
}

/** A next step whose commands go on with the settings of this command line. */
export function withSameSettings(next: string): string {
  return chosen === "" ? next : next.replaceAll(READS_SETTINGS, (command) => command + chosen);
}

/** A word as a shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
