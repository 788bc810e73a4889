/** The part of sql.js that the portable engine uses. */
declare module "sql.js" {
  type Value = number | bigint | string | Uint8Array | null;

  interface Statement {
    bind(values: readonly Value[]): boolean;
    step(): boolean;
    /** The current row; integers as doubles, or all of them as bigint with `useBigInt`. */
    get(parameters?: null, options?: { readonly useBigInt: boolean }): Value[];
    free(): boolean;
  }

  interface Database {
    prepare(sql: string): Statement;
    run(sql: string): Database;
    getRowsModified(): number;
    export(): Uint8Array;
    close(): void;
  }

  interface SqlJs {
    readonly Database: new (bytes?: Uint8Array) => Database;
  }

  const initSqlJs: () => Promise<SqlJs>;
  // biome-ignore lint/style/noDefaultExport: this is how the package exports it
  export default initSqlJs;
  export type { Database, SqlJs, Statement, Value };
}
