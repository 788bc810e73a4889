/**
 * Languages of mails, as Apple names its localizations: `en`, `pt-BR`, `zh-Hans`, also `zh_CN`.
 *
 * @module
 */

const SHAPE = /^([A-Za-z]{2,3})(?:([-_])([A-Za-z]{4}))?(?:([-_])([A-Za-z]{2}|\d{3}))?$/;
let names: Intl.DisplayNames | undefined;

/** The code in its usual spelling, or undefined when it names no language this machine knows. */
export function parseLanguage(raw: string): string | undefined {
  const found = SHAPE.exec(raw.trim());
  if (found === null) return undefined;
  const [, language = "", scriptMark = "", script = "", regionMark = "", region = ""] = found;
  names ??= new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
  if (names.of(language.toLowerCase()) === undefined) return undefined;
  const title = script.slice(0, 1).toUpperCase() + script.slice(1).toLowerCase();
  return language.toLowerCase() + scriptMark + title + regionMark + region.toUpperCase();
}
