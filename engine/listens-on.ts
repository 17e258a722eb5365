import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessIdentity } from './process-identity.ts';

const LISTEN = '0A';

/**
 * Whether the process itself listens on the port, as the process files say it (proc(5), `net/tcp`). That the port answers
 * doesn't tell: when two services start at once, the other's server may be the one that answers there.
 * False where there are no such files.
 */
export function listensOn({ pid }: ProcessIdentity, port: number): boolean {
  try {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1);
    const sockets = lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === LISTEN && local?.endsWith(suffix));
    const inodes = new Set(sockets.map((fields) => `socket:[${fields[9] ?? ''}]`));
    return inodes.size > 0 && readdirSync(`/proc/${pid}/fd`).some((file) => inodes.has(readLink(`/proc/${pid}/fd/${file}`)));
  } catch {
    return false;
  }
}

/** Empty for a file that has been closed since it was listed. */
function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
