/**
 * The door of the words: notices as people read them.
 *
 * @module
 */
export { escapeAttribute, htmlDocument, noticeHtml } from "./html.ts";
export { type Fact, type MailPicture, type Message, messageOf, type Wording } from "./message.ts";
export { type RuleWords, ruleTitle, ruleWords } from "./rule-words.ts";
