interface Callable {
  path: string;
  name: string;
  parameters: number;
}
export declare function callables(path: string, text: string): Callable[];
export declare function violations(found: readonly Callable[], exceptions: ReadonlySet<string>): string[];
