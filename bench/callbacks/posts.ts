import { setTimeout as pause } from 'node:timers/promises';
import type { CallbackSink } from '../callback-sink.ts';
import { createLoad, inLanes } from '../load.ts';
import { withService } from '../service-under-test.ts';
import type { ServiceUnderTest } from '../service-under-test.ts';

export const RIDING = { type: 'noise', data: { intensity: 0.3 } };
export const RECORDED_FIRST = { type: 'test-recorded', data: {} };

// Longer than anything here takes on a busy machine.
export const GIVE_UP_MS = 60_000;

/** Where events are sent. */
export interface Posts {
  /** Sent until it is answered with 202. */
  post(event: Readonly<Record<string, unknown>>): Promise<void>;
}

export interface Service extends Pick<ServiceUnderTest, 'pid' | 'enginePid' | 'dataDirectory'>, Posts {}

export async function withPosts<T>(use: (service: Service) => Promise<T>): Promise<T> {
  return withService((service) => withPostsTo(service.url, (posts) => use({ ...service, pid: service.pid, ...posts })));
}

export async function withPostsTo<T>(url: string, use: (posts: Posts) => Promise<T>): Promise<T> {
  const load = createLoad(url, 64);
  try {
    return await use({ post: async (event) => void (await load.submit(event)) });
  } finally {
    await load.close();
  }
}

export interface Loop {
  readonly event: Record<string, unknown>;
  readonly count: number;
  readonly prefix: string;
  /** Events at a time between their POST and their callback. */
  readonly inFlight: number;
}

/** Callbacks a second. */
export async function closedLoop(posts: Posts, sink: CallbackSink, { event, count, prefix, inFlight }: Loop): Promise<number> {
  const startedAt = performance.now();
  await inLanes(count, inFlight, (index) => toCallback(posts, sink, event, `${prefix}-${index}`));
  return count / ((performance.now() - startedAt) / 1_000);
}

/** Milliseconds from an event's POST to its callback; infinitely many when there is none. */
export async function toCallback({ post }: Posts, sink: CallbackSink, event: Record<string, unknown>, id: string): Promise<number> {
  const sentAt = performance.now();
  const late = new AbortController();
  try {
    await post({ ...event, id, callback: { url: `${sink.url}/${id}` } });
    const atMs = await Promise.race([sink.arrival(id), pause(GIVE_UP_MS, Number.POSITIVE_INFINITY, { signal: late.signal })]);
    return atMs - sentAt;
  } catch {
    return Number.POSITIVE_INFINITY;
  } finally {
    late.abort();
  }
}
