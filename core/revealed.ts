/**
 * Texts of secrets that are in use, so that nothing the program prints or keeps can repeat one, wherever it came from:
 * a server's answer that echoes the token it refused, say.
 *
 * @module
 */

/** Shorter texts are left alone: hiding every "t" would garble what is printed and protect nothing. */
const SHORTEST = 6;

const revealed = new Set<string>();
let pattern: RegExp | undefined;

/** Remembers a secret's text, or a form of it that travels, such as the Base64 of `user:password`. */
export function hideFromNowOn(text: string): void {
  if (text.length < SHORTEST || revealed.has(text)) return;
  revealed.add(text);
  const longestFirst = [...revealed].sort((a, b) => b.length - a.length);
  pattern = new RegExp(longestFirst.map((each) => each.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
}

/** The text with every revealed secret in it replaced by `(secret)`. */
export function withoutSecrets(text: string): string {
  return pattern === undefined ? text : text.replace(pattern, "(secret)");
}

/** The beginning of what a server or a program answered. Secrets go before it is cut: half of one would not be known. */
export function excerpt(answer: string, length: number): string {
  return withoutSecrets(answer).trim().slice(0, length);
}
