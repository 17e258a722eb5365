/** Sets the variables of an `.env` file that the environment doesn't set itself, and gives what is wrong with the file. */
export declare function loadEnvFile(file: string, environment?: NodeJS.ProcessEnv): string | null;
