import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallbackPost, PostCallback } from '../../../activities/callbacks/post-callback.ts';
import { createProgressCallbacks } from '../../../activities/callbacks/progress-callbacks.ts';
import { createRenderBody } from '../../../activities/callbacks/render-body.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { acceptRun, beginAttempt, reportProgress } from '../../../domain/event-run.ts';
import { createSessionFormats } from '../../../events/sessions/callback-formats.ts';
import type { LegacyFormat } from '../../../events/sessions/legacy-format.ts';
import { acceptedEvent, lightPlan, NOON_MS } from '../domain/event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: { 'x-shop': 'yes' }, progress: true };
const heavy = { callback, plan: { ...lightPlan, weight: 'heavy' } } as const;
const delivered: CallbackAttempt = { at: '', status: 204, durationMs: 5, error: null };

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS });
});
afterEach(() => vi.useRealTimers());

function prepare(fields: Partial<AcceptedEvent> = heavy, answer: PostCallback = async () => delivered) {
  const posts: CallbackPost[] = [];
  const post: PostCallback = (message, signal) => {
    posts.push(message);
    return answer(message, signal);
  };
  let admission: 'send' | 'skip' = 'send';
  const run = beginAttempt(acceptRun(acceptedEvent(fields)), 'action');
  const renderBody = createRenderBody({ formats: new Map(Object.entries(createSessionFormats(async () => null))), now: Date.now });
  const begin = createProgressCallbacks({ post, renderBody, origins: { admit: () => admission }, now: Date.now });
  const messages = begin(run, { id: 'order-1', runId: 'run-a' });
  const tell = (percent: number): void => messages.tell(reportProgress(run, { step: 'load', percent, message: '' }));
  const deny = (): void => {
    admission = 'skip';
  };
  return { messages, tell, posts, deny };
}

function percents(posts: readonly CallbackPost[]): readonly number[] {
  return posts.map(({ body }) => JSON.parse(body).data.progress.percent);
}

describe('the progress of a heavy event', () => {
  it('is sent once a second, the latest each time', async () => {
    const { tell, posts } = prepare();
    for (let tenth = 1; tenth <= 30; tenth += 1) {
      tell(tenth);
      await vi.advanceTimersByTimeAsync(100);
    }

    expect(percents(posts)).toEqual([10, 20, 30]);
    expect(new Set(posts.map(({ webhookId }) => webhookId)).size).toBe(3);
  });

  it('is a message of its own, with the event as it is then', async () => {
    const { tell, posts } = prepare();
    tell(40);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(posts).toEqual([
      { url: callback.url, headers: callback.headers, webhookId: expect.stringMatching(/^evt_/), body: expect.any(String) },
    ]);
    expect(JSON.parse(posts[0]?.body ?? '')).toMatchObject({
      type: 'event.progress',
      timestamp: '2026-01-01T12:00:01.000Z',
      data: { id: 'order-1', status: 'running', progress: { step: 'load', percent: 40 }, callback: { status: 'pending' } },
    });
  });

  it('is flat for whoever knows the older shape', async () => {
    const format: LegacyFormat = { kind: 'legacy', eventId: 'talk 1', includeMarkdown: true, includeMetadata: true };
    const { tell, posts } = prepare({ ...heavy, callback: { ...callback, format } });
    tell(40);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(JSON.parse(posts[0]?.body ?? '')).toMatchObject({
      schema_version: 1,
      event_id: 'talk 1',
      success: null,
      phase: 'running',
      progress: 40,
    });
  });

  it('is not repeated while nothing is new', async () => {
    const { tell, posts } = prepare();
    tell(40);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(posts).toHaveLength(1);
  });

  it('waits for a slow receiver, and sends it then what is the latest', async () => {
    let answer = (_attempt: CallbackAttempt): void => undefined;
    const { tell, posts } = prepare(heavy, () => new Promise((resolve) => (answer = resolve)));
    tell(10);
    await vi.advanceTimersByTimeAsync(1_000);
    tell(20);
    await vi.advanceTimersByTimeAsync(900);
    tell(30);
    answer(delivered);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(percents(posts)).toEqual([10, 30]);
  });

  it('is not sent to an origin in trouble, and ends no stage by its faults', async () => {
    const troubled = prepare(heavy);
    const broken = prepare(heavy, () => Promise.reject(new Error('ours')));
    for (const { tell } of [troubled, broken]) {
      tell(10);
      await vi.advanceTimersByTimeAsync(1_000);
      troubled.deny();
      tell(20);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await Promise.all([troubled.messages.end(), broken.messages.end()]);

    expect(troubled.posts).toHaveLength(1);
    expect(broken.posts).toHaveLength(2);
  });

  it('breaks off what is under way when the attempt ends, and sends nothing after it', async () => {
    const { tell, messages, posts } = prepare(
      heavy,
      (_message, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(delivered))),
    );
    tell(10);
    await vi.advanceTimersByTimeAsync(1_000);
    await messages.end();
    tell(20);
    await vi.advanceTimersByTimeAsync(5_000);

    expect(posts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each<[string, Partial<AcceptedEvent>]>([
  ['is light', { callback }],
  ['asks for none', { ...heavy, callback: { ...callback, progress: false } }],
  ['has no callback', { ...heavy, callback: null }],
])('sends no progress of an event that %s', async (_what, fields) => {
  const { tell, messages, posts } = prepare(fields);
  tell(10);
  await vi.advanceTimersByTimeAsync(2_000);
  await messages.end();

  expect(posts).toEqual([]);
});
