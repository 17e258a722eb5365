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
  /** The port that each id connected from last. */
  readonly ports: ReadonlyMap<string, number>;
  /** Milliseconds from each disconnection to the next connection, while others were waiting to come. */
  readonly gapsMs: readonly number[];
  /** From now on none is let go on before so many have been connected at once: a test that wants to see them together doesn't leave it to chance. */
  expectTogether(count: number): void;
  close(): void;
}

/**
 * Counts from outside how many are at work: each connects, says its id, works when it is told to go on, and stays connected.
 * The connection of a killed process is closed by the system, so nobody's own counting is trusted.
 */
export async function startOverlapRecorder(): Promise<OverlapRecorder> {
  const sockets = new Set<Socket>();
  const visits = new Map<string, number>();
  const ports = new Map<string, number>();
  const gapsMs: number[] = [];
  const freedAt: number[] = [];
  let highest = 0;
  let expected = 1;
  const told = new Set<Socket>();
  const letGoOn = (): void => {
    if (highest < expected) return;
    for (const socket of sockets) {
      if (!told.has(socket)) socket.write('go');
      told.add(socket);
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    highest = Math.max(highest, sockets.size);
    letGoOn();
    const freed = freedAt.shift();
    if (freed !== undefined) gapsMs.push(performance.now() - freed);
    const port = socket.remotePort ?? 0;
    socket.setEncoding('utf8').on('data', (id: string) => {
      visits.set(id, (visits.get(id) ?? 0) + 1);
      ports.set(id, port);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      told.delete(socket);
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
    ports,
    gapsMs,
    expectTogether: (count) => {
      expected = count;
      letGoOn();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
