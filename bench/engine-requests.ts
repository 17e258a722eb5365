import { readFile, readdir, readlink } from 'node:fs/promises';

const LISTENING = '0A';

/** How many requests an engine on this machine has answered so far, by operation, as its own metrics say. */
export async function engineRequests(pid: number): Promise<ReadonlyMap<string, number>> {
  for (const port of await listeningPorts(pid)) {
    const text = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(5_000) })
      .then((response) => response.text())
      .catch(() => '');
    const counts = new Map<string, number>();
    for (const [, labels = '', value] of text.matchAll(/^service_requests\{(.*)\} (\S+)$/gm)) {
      const operation = /operation="([^"]*)"/.exec(labels)?.[1] ?? '';
      if (labels.includes('service_name="frontend"')) counts.set(operation, (counts.get(operation) ?? 0) + Number(value));
    }
    if (counts.size > 0) return counts;
  }
  throw new Error(`the engine ${pid} shows no metrics`);
}

async function listeningPorts(pid: number): Promise<readonly number[]> {
  const sockets = new Set<string>();
  for (const file of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
    if (inode !== undefined) sockets.add(inode);
  }
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
    .filter(([, , , state, , , , , , inode = '']) => state === LISTENING && sockets.has(inode))
    .map(([, address = '']) => Number.parseInt(address.split(':')[1] ?? '', 16));
}
