import { fault, ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';

/** What the file system says of the data directory, or of the nearest folder above that is there. */
export interface DiskState {
  readonly path: string;
  /** Why nothing can be written there, as a code of the system; null where it can. */
  readonly refusal: string | null;
  /** For this user. Null where nobody knows. */
  readonly freeBytes: number | null;
}

// An event takes 5 to 8 KB in the embedded engine, and an engine that can't write loses what it was about to accept.
const FAULT_BELOW_BYTES = 200_000_000;
const WARNING_BELOW_BYTES = 2_000_000_000;
const ROOM = 'Make room, or set TICKLESS_DATA to a folder on a larger disk.';

export function checkDisk({ path, refusal, freeBytes }: DiskState): readonly Finding[] {
  if (refusal !== null) {
    const remedy = 'Set TICKLESS_DATA to a folder that this user can write, or may make.';
    return [fault('disk', `Nothing can be kept in "${path}" (${refusal}).`, remedy)];
  }
  if (freeBytes === null) return [warning('disk', `How much room "${path}" has can't be read.`, 'Look at it by hand, with df.')];
  const message = `"${path}" can be written, and has room for ${inMegabytes(freeBytes)} MB.`;
  if (freeBytes < FAULT_BELOW_BYTES) return [fault('disk', message, ROOM)];
  if (freeBytes < WARNING_BELOW_BYTES) return [warning('disk', message, ROOM)];
  return [ok('disk', message)];
}

function inMegabytes(bytes: number): string {
  return Math.floor(bytes / 1_000_000).toLocaleString('en');
}
