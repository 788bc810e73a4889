/** One text of the terms of all packages in some bundles. */
export declare function licences(root: string, ...metafiles: readonly { readonly inputs: Readonly<Record<string, unknown>> }[]): string;
