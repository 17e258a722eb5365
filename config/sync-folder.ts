import { open } from 'node:fs/promises';

/** After this what a folder lists is there after a power cut, too: syncing a file alone keeps what is in it, not its name. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
