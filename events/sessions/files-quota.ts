import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError } from '../../domain/handler-errors.ts';
import { sessionRoot } from './session-paths.ts';
import { unlessMissing } from './unless-missing.ts';

export interface RoomNeeded {
  readonly dataDirectory: string;
  readonly tenant: string;
  /** Of all files of a tenant's sessions; null for no end. */
  readonly quotaBytes: number | null;
  readonly bytes: number;
}

/**
 * Counts what a tenant's sessions have written, as it is on disk now. Sessions that write at the same moment may go
 * beyond the quota together, each by its own files.
 * @throws PermanentError `quota_exceeded`
 */
export async function assertRoom({ dataDirectory, tenant, quotaBytes, bytes }: RoomNeeded): Promise<void> {
  if (quotaBytes === null) return;
  const used = await bytesBelow(join(dataDirectory, sessionRoot(tenant)));
  if (used + bytes <= quotaBytes) return;
  const [usedMb, quotaMb] = [used, quotaBytes].map((count) => Math.ceil(count / 1024 / 1024));
  throw new PermanentError(
    'quota_exceeded',
    `the sessions' files take ${usedMb} of ${quotaMb} MB: delete some (DELETE /api/jobs/{id}/files), or have FILES_QUOTA_MB raised`,
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
