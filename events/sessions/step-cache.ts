import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from './write-whole.ts';

/** Gives what a step made of the same input before, or makes it now and keeps it. */
export type Remember = (step: string, input: readonly string[], make: () => Promise<string>) => Promise<string>;

/** Results of steps by the digest of their input, so that neither a crash nor a second run pays for them again. */
export function createStepCache(dataDirectory: string): Remember {
  return async (step, input, make) => {
    const path = join(dataDirectory, 'cache', 'sessions', step, digestOf(JSON.stringify(input)));
    const kept = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (kept !== null) return kept;
    const made = await make();
    await writeWhole(path, made);
    return made;
  };
}

export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url');
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
