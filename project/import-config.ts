import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkConfig } from './check-config.ts';
import type { Config } from './define-config.ts';

/**
 * Imports a config.
 * @param file as it was written
 * @param program the address of what Node can import: the file itself, or what was compiled of it
 * @throws Error for the person who wrote it, which says where in the project the fault is
 */
export async function importConfig(folder: string, file: string, program: string): Promise<Config> {
  // A fault is told in terms of the sources. Only here: whatever is imported with it on costs more.
  const before = process.sourceMapsEnabled;
  process.setSourceMapsEnabled(true);
  try {
    const { default: config } = (await import(program)) as { readonly default?: Config };
    if (config !== undefined) {
      checkConfig(config);
      return config;
    }
  } catch (error) {
    throw new Error(`${placeOf(error, folder) ?? relative(folder, file)}: ${messageOf(error)}`, { cause: error });
  } finally {
    process.setSourceMapsEnabled(before);
  }
  throw new Error(`"${file}" has no default export: export default defineConfig({ events: [] })`);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `it has thrown ${String(error)}`;
  const [, missing] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  return missing === undefined ? error.message : `the package "${missing}" is imported, and isn't installed`;
}

/** The innermost place of the project's own files in an error's stack, as `events/order.ts:3`. */
function placeOf(error: unknown, folder: string): string | null {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  for (const line of lines) {
    const [, where = '', number] = /((?:file:\/\/)?\/[^()]+):(\d+):\d+\)?$/.exec(line) ?? [];
    const path = where.startsWith('file:') ? fileURLToPath(where) : where;
    const own = path === '' ? '..' : relative(folder, path);
    if (!own.startsWith('..') && !own.split(sep).includes('node_modules')) return `${own}:${number}`;
  }
  return null;
}
