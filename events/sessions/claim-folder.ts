import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './unless-missing.ts';

/** The file that names the event whose files a folder has. */
export const CLAIM = '.event';

/** Whether a folder is this event's: it was before, or is from now on, as it was nobody's. Of many that ask at once, one gets it. */
export async function claimFolder(folder: string, eventId: string): Promise<boolean> {
  const claim = join(folder, CLAIM);
  const draft = `${claim}.${randomUUID()}.part`;
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(draft, eventId, { flush: true });
    // Unlike a rename it never replaces what is there, and unlike an exclusive write it is never seen half done.
    await link(draft, claim);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return (await ownerOf(folder)) === eventId;
  } finally {
    await rm(draft, { force: true });
  }
}

/** The event whose files a folder has; null where there is none. */
export function ownerOf(folder: string): Promise<string | null> {
  return unlessMissing(readFile(join(folder, CLAIM), 'utf8'), null);
}
