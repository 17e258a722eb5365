/** Compiles a TypeScript program with everything of its project that it imports, and gives the address of what Node can import. */
export declare function compile(root: string, entry: string, options?: { readonly cache?: string }): Promise<string>;
