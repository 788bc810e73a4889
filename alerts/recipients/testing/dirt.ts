/**
 * Fifty-six kinds of dirt seen in lists of addresses, each with what becomes of it.
 *
 * @module
 */

export interface Dirt {
  readonly kind: string;
  /** The text as it is in the file, with the line ends inside it; `i` makes its address unique. */
  readonly text: (i: number) => string;
  /** The address that must be taken, or undefined. */
  readonly taken?: (i: number) => string;
  readonly language?: string;
  /** Which of its lines must be named, counted from 0. */
  readonly refused?: readonly number[];
}

const plain = (i: number) => `dirt${i}@example.org`;
const good = (kind: string, text: (i: number) => string, taken = plain, language?: string): Dirt => ({
  kind,
  text,
  taken,
  ...(language === undefined ? {} : { language }),
});
const bad = (kind: string, text: (i: number) => string, refused: readonly number[] = [0]): Dirt => ({
  kind,
  text,
  refused,
});
const nothing = (kind: string, text: string): Dirt => ({ kind, text: () => text });

export const DIRT: readonly Dirt[] = [
  nothing("an empty line", ""),
  nothing("spaces only", "   \t "),
  nothing("delimiters only", ",,,"),
  nothing("a comment", "# people of the night shift, see old@example.org"),
  nothing("an indented comment", "   # moved"),
  nothing("the header again", "E-Mail Address,Language"),
  good("spaces around", (i) => `   ${plain(i)}   `),
  good("tabs around", (i) => `\t${plain(i)}\t`),
  good("a no-break space behind", (i) => `${plain(i)}\u00a0`),
  good("a zero-width space in front", (i) => `\u200b${plain(i)}`),
  good("a BOM in the middle of the file", (i) => `\ufeff${plain(i)}`),
  good("quoted", (i) => `"${plain(i)}"`),
  good("quoted, with spaces around the quotes", (i) => `  "${plain(i)}"  ,en`, plain, "en"),
  good("quoted, with spaces inside", (i) => `" ${plain(i)} "`),
  good("everything quoted", (i) => `"${plain(i)}","de","Site 4"`, plain, "de"),
  good("single quotes around", (i) => `'${plain(i)}'`),
  good("angle brackets", (i) => `<${plain(i)}>`),
  good("a name and angle brackets", (i) => `Ada Lovelace <${plain(i)}>`),
  good("a quoted name with a comma", (i) => `"Lovelace, Ada <${plain(i)}>",fr`, plain, "fr"),
  good("mailto:", (i) => `mailto:${plain(i)}`),
  good("a trailing comma", (i) => `${plain(i)},`),
  good("a trailing semicolon", (i) => `${plain(i)};`),
  good("more columns", (i) => `${plain(i)},en,Sydney,Level 4,,`, plain, "en"),
  good("a note over two lines", (i) => `${plain(i)},en,"first\nsecond"`, plain, "en"),
  good("a remark behind", (i) => `${plain(i)} # on leave`),
  good("a remark behind the language", (i) => `${plain(i)},de # on leave`, plain, "de"),
  good("a language in capitals", (i) => `${plain(i)},DE`, plain, "de"),
  good("a language with a region", (i) => `${plain(i)},pt-br`, plain, "pt-BR"),
  good("a language with a script", (i) => `${plain(i)},ZH-HANS`, plain, "zh-Hans"),
  good(
    "capitals",
    (i) => `Dirt${i}@EXAMPLE.ORG`,
    (i) => `Dirt${i}@EXAMPLE.ORG`,
  ),
  good(
    "an apostrophe",
    (i) => `o'brien${i}@example.org`,
    (i) => `o'brien${i}@example.org`,
  ),
  good(
    "a plus tag",
    (i) => `dirt+${i}@example.org`,
    (i) => `dirt+${i}@example.org`,
  ),
  good(
    "a local part with a space",
    (i) => `"""the dirt ${i}""@example.org"`,
    (i) => `"the dirt ${i}"@example.org`,
  ),
  good(
    "an IP address in brackets",
    (i) => `dirt${i}@[192.0.2.1]`,
    (i) => `dirt${i}@[192.0.2.1]`,
  ),
  good(
    "a domain outside ASCII",
    (i) => `dirt${i}@müller.example`,
    (i) => `dirt${i}@xn--mller-kva.example`,
  ),
  bad("no @", (i) => `dirt${i}.example.org`),
  bad("nothing before the @", () => "@example.org"),
  bad("nothing after the @", (i) => `dirt${i}@`),
  bad("two @", (i) => `dirt${i}@@example.org`),
  bad("a space inside", (i) => `dirt ${i}@example.org`),
  bad("two dots", (i) => `dirt..${i}@example.org`),
  bad("a dot in front", (i) => `.dirt${i}@example.org`),
  bad("a dot behind the domain's name", (i) => `dirt${i}@example..org`),
  bad("no dot in the domain", (i) => `dirt${i}@example`),
  bad("a domain of numbers", (i) => `dirt${i}@10.1.2.3`),
  bad("an underscore in the domain", (i) => `dirt${i}@exa_mple.org`),
  bad("a hyphen at the edge of a label", (i) => `dirt${i}@-example.org`),
  bad("a local part too long", (i) => `${"d".repeat(65)}${i}@example.org`),
  bad("a domain too long", (i) => `dirt${i}@${"d".repeat(64)}.example.org`),
  bad("two addresses in a field", (i) => `dirt${i}@example.org; other${i}@example.org`),
  bad("two addresses in a line", (i) => `dirt${i}@example.org,other${i}@example.org`),
  bad("a language that is not one", (i) => `${plain(i)},English please`),
  bad("bytes that are not text", (i) => `d\u0000irt${i}@example.org`),
  bad("a zero-width space inside", (i) => `dirt\u200b${i}@example.org`),
  bad("a quote never closed", (i) => `"${plain(i)}`),
  bad("text behind the closing quote", (i) => `"${plain(i)}"x`),
  bad("a quote closed two lines later", (i) => `"lost${i}@example.org\nlost${i}@example.org"`, [0, 1]),
  bad("SQL", (i) => `x'); DROP TABLE ZADMAILRECIPIENT; --${i}`),
  bad("an error of a spreadsheet", () => "#REF!@,en".replace("#", "=#")),
];
