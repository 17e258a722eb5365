import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { until } from './until.ts';

/** What handlers tell that wait until they may go on, in the order in which they do. */
export interface CleanupRecorder {
  readonly port: number;
  /** The idempotency keys. */
  readonly keys: readonly string[];
  /** Resolves when so many have told theirs. */
  untilTold(count: number, timeoutMs?: number): Promise<void>;
  /** Lets all go on that wait. */
  letGo(): void;
  close(): void;
}

export async function startCleanupRecorder(): Promise<CleanupRecorder> {
  const keys: string[] = [];
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => waiting.delete(socket));
    socket.once('data', (key) => {
      keys.push(key.toString());
      waiting.add(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    keys,
    untilTold: async (count, timeoutMs) => void (await until(`${count} have told their keys`, async () => keys.length >= count, timeoutMs)),
    letGo: () => waiting.forEach((socket) => socket.end('go on')),
    close: () => {
      waiting.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}
