import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../../../', import.meta.url));

export function readProjectFile(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8');
}

/** Without the comments, which may speak of what the text itself doesn't do. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*#.*\n/gm, '');
}
