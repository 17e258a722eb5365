import { Pool } from 'undici';
import type { CallbackSink } from './callback-sink.ts';

export interface Load {
  /** Posts one event; milliseconds until its 202, and until its callback has come. */
  run(key: string): Promise<{ readonly acceptedMs: number; readonly calledBackMs: number }>;
  close(): Promise<void>;
}

/** Posts events to a service, each with a callback to the sink. */
export function createLoad(serviceUrl: string, sink: CallbackSink, connections: number): Load {
  const pool = new Pool(serviceUrl, { connections, pipelining: 1 });
  return {
    async run(key) {
      const body = JSON.stringify({
        type: 'noise',
        id: key,
        data: { intensity: 0.3, metadata: { note: 'x'.repeat(220) } },
        callback: { url: `${sink.url}/${key}` },
      });
      const arrival = sink.arrival(key);
      const startedAt = performance.now();
      const response = await pool.request({ path: '/v1/events', method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const acceptedMs = performance.now() - startedAt;
      const text = await response.body.text();
      if (response.statusCode !== 202) throw new Error(`the service answered ${response.statusCode}: ${text}`);
      return { acceptedMs, calledBackMs: (await arrival) - startedAt };
    },
    close: () => pool.close(),
  };
}

/** Keeps `inFlight` events between their POST and their callback; events per second over all of them. */
export async function throughput(load: Load, events: number, inFlight: number, prefix: string): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const lane = async (): Promise<void> => {
    while (next < events) {
      const index = next;
      next += 1;
      await load.run(`${prefix}-${index}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return events / ((performance.now() - startedAt) / 1_000);
}
