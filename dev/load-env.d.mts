/** The variables of an `.env` file, which need not be there, or what is wrong with it. */
export declare function readEnvFile(
  file: string,
): { readonly ok: true; readonly variables: NodeJS.Dict<string> } | { readonly ok: false; readonly reason: string };

/** Sets the variables of an `.env` file that the environment doesn't set itself, and gives what is wrong with the file. */
export declare function loadEnvFile(file: string, environment?: NodeJS.ProcessEnv): string | null;
