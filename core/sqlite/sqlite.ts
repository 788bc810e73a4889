/**
 * Databases of others: read safely while their owner writes, changed in one transaction, with either engine.
 *
 * @module
 */

export type { OpenOptions, SqliteDatabase, SqliteEngine, SqliteValue, SqliteWriter } from "./database.ts";
export { ENGINE_VARIABLE } from "./engine-variable.ts";
export { databaseStamp } from "./file/file.ts";
export { chooseEngine, nativeAvailable, openReadOnly } from "./open.ts";
export { snapshotTo, withWriteTransaction } from "./write/write.ts";
