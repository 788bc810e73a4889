interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
  lazy: boolean;
}
export declare function importsOf(path: string, text: string): Import[];
export declare function violations(imports: readonly Import[]): string[];
export declare const ROOMS: readonly string[];
export declare const SHELVES: ReadonlyMap<string, string>;
