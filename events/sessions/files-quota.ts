import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HandledEvent } from 'tickless';
import { PermanentError } from 'tickless';
import type { SessionData } from './session-data.ts';
import { sessionRoot } from './session-paths.ts';
import { inTurn } from './in-turn.ts';
import { unlessMissing } from './unless-missing.ts';
import { findFolder } from './write-files.ts';

export interface Room {
  readonly dataDirectory: string;
  readonly event: Pick<HandledEvent<SessionData>, 'id' | 'tenant' | 'data'>;
  /** Of all files of a tenant's sessions; null for no end. */
  readonly quotaBytes: number | null;
}

/** Fails early what has no room to begin with. @throws PermanentError `quota_exceeded` */
export async function assertRoom(room: Room): Promise<void> {
  await assertRoomFor(0, room);
}

/**
 * Has a session's files written if there is room for them, with those that they replace taken away. What this process writes for
 * a tenant it writes one after the other, so that two sessions never both take the room that is left for one.
 * @throws PermanentError `quota_exceeded`
 */
export function writeWithin<T>(room: Room, bytes: number, write: () => Promise<T>): Promise<T> {
  if (room.quotaBytes === null) return write();
  return inTurn(join(room.dataDirectory, sessionRoot(room.event.tenant)), async () => {
    await assertRoomFor(bytes, room);
    return write();
  });
}

async function assertRoomFor(bytes: number, { dataDirectory, event, quotaBytes }: Room): Promise<void> {
  if (quotaBytes === null) return;
  const replaced = await findFolder(dataDirectory, event);
  const ownBytes = replaced === null ? 0 : await bytesBelow(join(dataDirectory, replaced));
  const usedBytes = (await bytesBelow(join(dataDirectory, sessionRoot(event.tenant)))) - ownBytes;
  if (usedBytes + bytes <= quotaBytes) return;
  const [usedMb, neededMb, quotaMb] = [usedBytes, bytes, quotaBytes].map((count) => Math.ceil(count / 1024 / 1024));
  throw new PermanentError(
    'quota_exceeded',
    `the sessions' files take ${usedMb} of ${quotaMb} MB, and this one's ${neededMb}: delete some (DELETE /api/jobs/{id}/files), or have FILES_QUOTA_MB raised`,
  );
}

async function bytesBelow(folder: string): Promise<number> {
  // Files come and go while they are counted.
  const entries = await unlessMissing(readdir(folder, { withFileTypes: true }), []);
  let bytes = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory()
      ? await bytesBelow(path)
      : await unlessMissing(
          stat(path).then(({ size }) => size),
          0,
        );
  }
  return bytes;
}
