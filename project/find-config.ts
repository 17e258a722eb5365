import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const NAMES = ['tickless.config.ts', 'tickless.config.mts', 'tickless.config.js', 'tickless.config.mjs'];

/** Where a project's config is. @throws Error that says where it was looked for */
export function findConfig(folder: string, given?: string): string {
  if (given !== undefined) {
    const file = resolve(folder, given);
    if (existsSync(file)) return file;
    throw new Error(`there is no config "${file}" (--config)`);
  }
  const found = NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new Error(`there is no tickless.config.ts in "${folder}"; "npx tickless init" writes a project, --config names another file`);
}
