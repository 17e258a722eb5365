import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Which of the processes has the local end of a connection from this port, as the process files say it (proc(5), `net/tcp`). */
export function socketOwner(pids: readonly number[], port: number): number | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/self/net/tcp', 'utf8').split('\n').slice(1);
  const inodes = lines.map((line) => line.trim().split(/\s+/)).flatMap((fields) => (fields[1]?.endsWith(suffix) ? [fields[9] ?? ''] : []));
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  return pids.find((pid) => readdirSync(`/proc/${pid}/fd`).some((file) => sockets.has(readLink(`/proc/${pid}/fd/${file}`))));
}

/** Empty for a file that has been closed since it was listed. */
function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
