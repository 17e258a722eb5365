import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CallbackSink {
  readonly url: string;
  /** When the callback for this key came, in `performance.now()`'s milliseconds; the key is the URL's last part. */
  arrival(key: string): Promise<number>;
  /** The same of those that have come. */
  readonly arrived: ReadonlyMap<string, number>;
  /** Called with each key as it arrives, before the answer. */
  onArrival: ((key: string) => void) | null;
  readonly duplicates: number;
  /** How long it takes from now on to answer. */
  answerAfterMs: number;
  /** Forgets what has come, for those who send very many. */
  forget(): void;
  close(): void;
}

/** A receiver that does nothing but note when a callback came, and answers at once unless it is told to take its time. */
export async function startCallbackSink(): Promise<CallbackSink> {
  const arrived = new Map<string, number>();
  const waiting = new Map<string, (atMs: number) => void>();
  let duplicates = 0;
  const sink = {
    url: '',
    arrived,
    onArrival: null as ((key: string) => void) | null,
    answerAfterMs: 0,
    get duplicates() {
      return duplicates;
    },
    arrival: (key: string) =>
      new Promise<number>((resolve) => {
        const at = arrived.get(key);
        if (at === undefined) waiting.set(key, resolve);
        else resolve(at);
      }),
    forget: () => arrived.clear(),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const at = performance.now();
      const key = request.url?.slice(1) ?? '';
      if (arrived.has(key)) duplicates += 1;
      else arrived.set(key, at);
      sink.onArrival?.(key);
      if (sink.answerAfterMs === 0) response.writeHead(204).end();
      else setTimeout(() => response.writeHead(204).end(), sink.answerAfterMs);
      waiting.get(key)?.(at);
      waiting.delete(key);
    });
  });
  server.keepAliveTimeout = 60_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  sink.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return sink;
}
