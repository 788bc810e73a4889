/**
 * Texts of secrets that are in use, so that nothing the program prints or keeps can repeat one, wherever it came from:
 * a server's answer that echoes the token it refused, say.
 *
 * @module
 */

/** Shorter texts are left alone: hiding every "t" would garble what is printed and protect nothing. */
const SHORTEST = 6;

/** The longest first: one may hold another. */
let revealed: readonly string[] = [];

/** Remembers a secret's text, or a form of it that travels, such as the Base64 of `user:password`. */
export function hideFromNowOn(text: string): void {
  if (text.length < SHORTEST || revealed.includes(text)) return;
  revealed = [...revealed, text].sort((a, b) => b.length - a.length);
}

/** The text with every revealed secret in it replaced by `(secret)`. */
export function withoutSecrets(text: string): string {
  // not one pattern of all: it may be larger than the language allows, and then no error could be made any more
  return revealed.reduce((rest, secret) => (rest.includes(secret) ? rest.replaceAll(secret, "(secret)") : rest), text);
}

/** The beginning of what a server or a program answered. Secrets go before it is cut: half of one would not be known. */
export function excerpt(answer: string, length: number): string {
  return withoutSecrets(answer).trim().slice(0, length);
}
