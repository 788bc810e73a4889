/**
 * The door of the silences: alerts of which nobody is notified until a moment.
 *
 * @module
 */
export { covers, type Silence } from "./silence.ts";
export {
  addSilence,
  type KeptSilence,
  keepSilencesCurrent,
  type NewSilence,
  readSilences,
  removeSilence,
  type SilenceChange,
} from "./silence-file.ts";
