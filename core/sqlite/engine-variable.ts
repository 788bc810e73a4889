/** The environment variable that names the SQLite engine to use, native or portable: for trying things out. */
export const ENGINE_VARIABLE = "LARDER_SQLITE";
