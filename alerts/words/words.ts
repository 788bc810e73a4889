/**
 * The door of the words: notices as people read them.
 *
 * @module
 */
export { type Fact, type Message, messageOf, ruleTitle, type Wording } from "./message.ts";
