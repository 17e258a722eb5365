import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { CallbackSink } from './callback-sink.ts';

export interface Answer {
  readonly status: number;
  /** When its head came, in `performance.now()`'s milliseconds. */
  readonly atMs: number;
  readonly text: string;
}

export interface Load {
  /** Posts an event, whatever the answer is. */
  post(event: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Posts an event until it is accepted, as the service asks of its callers; one with an id of its own is then accepted once. */
  submit(event: Readonly<Record<string, unknown>>): Promise<Answer>;
  readonly sentAgain: number;
  close(): Promise<void>;
}

export function createLoad(url: string, connections: number): Load {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/json' };
  let sentAgain = 0;

  async function send(event: Readonly<Record<string, unknown>>): Promise<Answer> {
    const response = await pool.request({ path: '/v1/events', method: 'POST', headers, body: JSON.stringify(event) });
    const atMs = performance.now();
    return { status: response.statusCode, atMs, text: await response.body.text() };
  }

  return {
    post: send,
    async submit(event) {
      for (;;) {
        const answer = await send(event);
        if (answer.status === 202) return answer;
        if (answer.status !== 503) throw new Error(`the service answered ${answer.status}: ${answer.text}`);
        sentAgain += 1;
        await pause(100);
      }
    },
    get sentAgain() {
      return sentAgain;
    },
    close: () => pool.close(),
  };
}

export interface Run {
  /** Milliseconds from the POST to the 202. */
  readonly acceptedMs: number;
  readonly calledBackMs: number;
}

/** An event of 300 bytes that takes no time; `key` is what the sink knows its callback by. */
export function noise(sink: CallbackSink, key: string) {
  return { type: 'noise', data: { intensity: 0.3, metadata: { note: 'x'.repeat(220) } }, callback: { url: `${sink.url}/${key}` } };
}

export interface Sending {
  readonly load: Load;
  readonly sink: CallbackSink;
  /** Whether events have ids of their own, and so a workflow each. */
  readonly ownIds: boolean;
}

/** One event, until its callback has come. */
export async function run({ load, sink, ownIds }: Sending, key: string): Promise<Run> {
  const event = noise(sink, key);
  const arrival = sink.arrival(key);
  const startedAt = performance.now();
  const { atMs } = await load.submit(ownIds ? { ...event, id: key } : event);
  return { acceptedMs: atMs - startedAt, calledBackMs: (await arrival) - startedAt };
}

/** Keeps `inFlight` events between their POST and their callback; events per second over all of them. */
export async function throughput(sending: Sending, events: number, inFlight: number, prefix: string): Promise<number> {
  const startedAt = performance.now();
  await inLanes(events, inFlight, (index) => run(sending, `${prefix}-${index}`));
  return events / ((performance.now() - startedAt) / 1_000);
}

/** Does something so many times, always `inFlight` of them at once. */
export async function inLanes(times: number, inFlight: number, once: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < times) {
      next += 1;
      await once(next - 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}
