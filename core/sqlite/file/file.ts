/**
 * The files of a database as they lie on disk: header, state, locks, and a quiet moment to read them in.
 *
 * @module
 */
export {
  changeCounterOf,
  checkedPageSize,
  type DatabaseHeader,
  differ,
  HEADER_BYTES,
  headerError,
  markAs,
  markAsRollback,
  readHeader,
  WAL_HEADER_BYTES,
} from "./header.ts";
export { closeUnlessHeld, holdFile } from "./held-files.ts";
export { type Disturbed, type QuietFiles, type WalFile, whenQuiet } from "./quiet.ts";
export { databaseStamp, type FileState, fileState, resolveDatabase, sameState } from "./stamp.ts";
