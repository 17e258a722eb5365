import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from '../dev/compile.mjs';
import { hostFromSource } from '../worker/host-program.ts';

/**
 * Compiles a project's config, and what of the project it imports, once for all processes of it.
 * @returns the address of what Node can import
 * @throws Error where it has errors
 */
export async function compileConfig(file: string): Promise<string> {
  if (!/\.m?ts$/.test(file)) return pathToFileURL(file).href;
  const folder = dirname(file);
  const cache = join(folder, 'node_modules/.cache/tickless');
  try {
    return await compile(folder, relative(folder, file), { cache });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    // Of the file system: the compiler's faults have none.
    if (code !== null) {
      throw new Error(`nothing can be kept in "${cache}" (${code}), where what is compiled of the project belongs`, { cause: error });
    }
    throw new Error(`"${file}" can't be compiled: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** What Node runs for a process in which the handlers of a compiled config run. */
export function hostProgramOf(program: string): readonly string[] {
  const main = import.meta.url.endsWith('.ts')
    ? hostFromSource('worker/project-host-main.ts')
    : [fileURLToPath(new URL('../worker/project-host-main.js', import.meta.url))];
  return [...main, program];
}
