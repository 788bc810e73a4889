/**
 * Rows of a database that cannot become a line: they are kept beside the lines sinks refused.
 *
 * @module
 */

/** The name of their file, as `rejectPath` takes it. */
export const SET_ASIDE = "_rows";

/** The file never becomes larger. */
export const SET_ASIDE_MAX_BYTES = 16 * 1024 * 1024;
