import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import type { CallbackSink } from './callback-sink.ts';
import { drawLifeEvent } from '../events/life/rules/draw-life-event.ts';
import { inLanes } from './load.ts';
import { atRate } from './pace.ts';
import { quantiles } from './quantiles.ts';
import type { Quantiles } from './quantiles.ts';

/** Life's events at a service, each waited for until it is recorded. */
export interface SubjectLoad {
  /** Milliseconds from POST to result, so many a second. */
  atRate(perSecond: number, count: number): Promise<Quantiles>;
  /** So many events of the subjects that `subjectOf` names, always `inFlight` of them under way. */
  sustain(options: SustainOptions): Promise<Sustained>;
  /** What the service says of itself. */
  readUsage(): Promise<Usage>;
  readVersion(subject: string): Promise<number>;
  close(): Promise<void>;
}

export interface SustainOptions {
  readonly count: number;
  readonly inFlight: number;
  readonly subjectOf: (index: number) => string;
  /** Has each event called back here, and counts it as under way until that has come. */
  readonly sink?: CallbackSink;
}

export interface Sustained {
  readonly perSecond: number;
  /** Of the service, for one event. */
  readonly cpuMs: number;
  /** How many were answered 503 or 429 at first. */
  readonly sentAgain: number;
}

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

const MAX_IN_FLIGHT = 400;

export function createSubjectLoad(serviceUrl: string): SubjectLoad {
  let sentAgain = 0;
  const pool = new Pool(serviceUrl, { connections: MAX_IN_FLIGHT, pipelining: 1 });

  /** Sent again under its id, as the service asks for, when it isn't known whether it was recorded. */
  async function post(subject: string, sink?: CallbackSink): Promise<void> {
    const { type, intensity } = draw();
    const id = randomUUID();
    const callback = sink && { url: `${sink.url}/${id}` };
    const headers = { 'content-type': 'application/json', prefer: 'wait=30' };
    const body = JSON.stringify({ type, subject, id, data: { intensity }, callback });
    for (;;) {
      const response = await pool.request({ path: '/v1/events', method: 'POST', headers, body });
      const text = await response.body.text();
      if (response.statusCode === 200) break;
      // 429: all of a burst came before the first gathering went.
      if (response.statusCode !== 503 && response.statusCode !== 429)
        throw new Error(`the service answered ${response.statusCode}: ${text}`);
      sentAgain += 1;
      await pause(10);
    }
    await sink?.arrival(id);
  }

  async function get(path: string): Promise<string> {
    const response = await pool.request({ path, method: 'GET' });
    return response.body.text();
  }

  async function readUsage(): Promise<Usage> {
    const metrics = await get('/metrics');
    const valueOf = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]);
    return { cpuSeconds: valueOf('process_cpu_seconds_total'), residentMb: valueOf('process_resident_memory_bytes') / 1024 ** 2 };
  }

  return {
    readUsage,
    async atRate(perSecond, count) {
      const times = await atRate(perSecond, count, async (_, dueMs) => {
        await post(`rate-${perSecond}`);
        return performance.now() - dueMs;
      });
      return quantiles(times);
    },
    async sustain({ count, inFlight, subjectOf, sink }) {
      const before = { ...(await readUsage()), sentAgain };
      const startedAt = performance.now();
      await inLanes(count, inFlight, (index) => post(subjectOf(index + 1), sink));
      const seconds = (performance.now() - startedAt) / 1_000;
      const { cpuSeconds } = await readUsage();
      const cpuMs = ((cpuSeconds - before.cpuSeconds) * 1_000) / count;
      return { perSecond: count / seconds, cpuMs, sentAgain: sentAgain - before.sentAgain };
    },
    readVersion: async (subject) => (JSON.parse(await get(`/v1/subjects/life/${subject}`)) as { version: number }).version,
    close: () => pool.close(),
  };
}

export function draw(): { readonly type: string; readonly intensity: number } {
  return drawLifeEvent({ typeShare: Math.random(), intensityShare: Math.random(), generation: 'later' });
}
