import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './unless-missing.ts';

// Longer than all attempts of a session and the waits between them.
const STALE_AFTER_MS = 24 * 60 * 60_000;

/** Removes what killed attempts have left that nobody came back to: downloads of up to a gigabyte each. */
export async function removeStaleWork(folder: string, nowMs: number): Promise<void> {
  for (const name of await unlessMissing(readdir(folder), [])) {
    const path = join(folder, name);
    const changedAtMs = await unlessMissing(
      stat(path).then(({ mtimeMs }) => mtimeMs),
      nowMs,
    );
    if (nowMs - changedAtMs > STALE_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
