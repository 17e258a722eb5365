import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface OverlapRecorder {
  readonly port: number;
  /** Workers connected now, and the most there ever were. */
  readonly open: number;
  readonly highest: number;
  /** How often each id connected. */
  readonly visits: ReadonlyMap<string, number>;
  /** Milliseconds from each disconnection to the next connection, while others were waiting to come. */
  readonly gapsMs: readonly number[];
  close(): void;
}

/**
 * Counts from outside how many are at work: each connects, says its id and stays connected. The connection of a killed
 * process is closed by the system, so nobody's own counting is trusted.
 */
export async function startOverlapRecorder(): Promise<OverlapRecorder> {
  const sockets = new Set<Socket>();
  const visits = new Map<string, number>();
  const gapsMs: number[] = [];
  const freedAt: number[] = [];
  let highest = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    highest = Math.max(highest, sockets.size);
    const freed = freedAt.shift();
    if (freed !== undefined) gapsMs.push(performance.now() - freed);
    socket.setEncoding('utf8').on('data', (id: string) => visits.set(id, (visits.get(id) ?? 0) + 1));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      freedAt.push(performance.now());
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get open() {
      return sockets.size;
    },
    get highest() {
      return highest;
    },
    visits,
    gapsMs,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
