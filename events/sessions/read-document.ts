import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './unless-missing.ts';

/** Gives a session's Markdown by the path in its result; null where it is gone, or larger than 16 MiB. */
export type ReadDocument = (path: string) => Promise<string | null>;

const MAX_BYTES = 16 * 1024 * 1024;
// As session-paths.ts makes them: a path out of a result can't lead elsewhere.
const DOCUMENT_PATH = /^(tenants\/[a-z0-9-]+\/)?events(\/[\p{L}\p{N}_][\p{L}\p{N}._-]*){4}$/u;

export function createReadDocument(dataDirectory: string): ReadDocument {
  return async (path) => {
    if (!DOCUMENT_PATH.test(path)) return null;
    const file = await unlessMissing(open(join(dataDirectory, path)), null);
    if (file === null) return null;
    try {
      return (await file.stat()).size > MAX_BYTES ? null : await file.readFile('utf8');
    } finally {
      await file.close();
    }
  };
}
