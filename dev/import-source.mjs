import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from './compile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Runs a TypeScript program of this project in this process, with stack traces in terms of its sources.
 *
 * @param {string} entry a file, relative to the project's folder, such as `dev/main.ts`
 * @param {{ packages?: readonly string[] }} options packages with many source maps of their own: loaded first they are left
 *   unread, which takes a sixth off the start of a service
 * @returns {Promise<void>} when its modules have run
 */
export async function importSource(entry, { packages = [] } = {}) {
  const program = await compile(root, entry).catch((error) => {
    process.stderr.write(`Tickless: not compiled for a quick start (${error.message})\n`);
    return null;
  });
  if (program === null) return importAsRead(entry);
  for (const name of packages) await import(name);
  process.setSourceMapsEnabled(true);
  await import(program);
}

/** Where nothing can be kept (a folder that can't be written) this costs a second at each start; what is wrong with a source it says. */
async function importAsRead(entry) {
  const { register } = await import('tsx/esm/api');
  register();
  await import(pathToFileURL(join(root, entry)).href);
}
