import { describe, expect, it, vi } from 'vitest';
import type { CallbackPost } from '../../../activities/callbacks/post-callback.ts';
import { createAttemptDelivery } from '../../../activities/callbacks/attempt-delivery.ts';
import { createRenderBody } from '../../../activities/callbacks/render-body.ts';
import type { AttemptDeliveryOptions } from '../../../activities/callbacks/attempt-delivery.ts';
import type { Destinations, DestinationState } from '../../../activities/callbacks/destinations.ts';
import { eventMessage } from '../../../domain/callback-message.ts';
import type { CallbackMessage } from '../../../domain/callback-message.ts';
import { eventWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import type { AcceptedEvent } from '../../../domain/accepted-event.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { CallbackOutcome, DeliveryCount } from '../../../domain/callback-record.ts';
import type { CallbackAttempt } from '../../../domain/delivery.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import type { EndedPhase } from '../../../domain/event-run.ts';
import { acceptRun, completeStage, endRun } from '../../../domain/event-run.ts';
import { acceptedEvent, eventError, NOON_MS } from '../domain/event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: { 'x-shop': 'yes' }, progress: false };
const completed: EndedPhase = { status: 'completed', endedAtMs: NOON_MS + 50 };
const delivered: CallbackAttempt = { at: '2026-01-01T12:00:00.050Z', status: 204, durationMs: 5, error: null };

function failedWith(status: number | null, fields: Partial<CallbackAttempt> = {}): CallbackAttempt {
  return { ...delivered, status, error: `http_${status}`, ...fields };
}

function prepareWith(options: AttemptDeliveryOptions): (message: CallbackMessage) => Promise<CallbackOutcome> {
  return (message) => createAttemptDelivery(options)(message, new AbortController().signal);
}

const renderBody = createRenderBody({ formats: new Map(), now: () => NOON_MS });
const unobserved = { observeDelivery: () => undefined, now: () => NOON_MS };
const quiet = originsOf({});

function destinationsOf(state: DestinationState): Destinations {
  return { stateOf: async () => state, note: async () => state, noteHang: async () => state };
}

function originsOf({ isFull = false, open = 0 }: { readonly isFull?: boolean; readonly open?: number }): AttemptDeliveryOptions['origins'] {
  return {
    admit: (origin, purpose) => {
      expect([origin, purpose]).toEqual(['https://shop.example', 'delivery']);
      return isFull ? 'defer' : 'send';
    },
    isSlow: () => isFull,
    openAt: () => open,
  };
}

/** A delivery whose receiver gives this answer, and what it posts. */
function prepare(answer: CallbackAttempt = delivered, state: DestinationState = 'none', origins = quiet) {
  const posts: CallbackPost[] = [];
  const counts: DeliveryCount[] = [];
  const observed = { observeDelivery: (count: DeliveryCount) => void counts.push(count), now: () => NOON_MS + 1_050 };
  const post = async (sent: CallbackPost): Promise<CallbackAttempt> => {
    posts.push(sent);
    return answer;
  };
  return {
    posts,
    counts,
    attemptDelivery: prepareWith({
      post,
      renderBody,
      scheduleMs: [5_000, 300_000],
      random: () => 0.5,
      destinations: destinationsOf(state),
      origins,
      ...observed,
    }),
  };
}

function messageOf({ end = completed, result = 'done', attemptsMade = 0, ...fields }: MessageFields = {}): CallbackMessage {
  const event = acceptedEvent({ callback, ...fields });
  const run = endRun(completeStage(acceptRun(event), 'action', result), end);
  const resource = toEventResource(run, initialCallback(callback.url), { id: 'order-1', runId: 'run-a' });
  const target = { kind: 'event', tenant: event.tenant, owner: eventWorkflowId(event), run: event.run, callback } as const;
  return { target, message: eventMessage(resource), attemptsMade };
}

async function idOf(fields: MessageFields): Promise<string | undefined> {
  const { attemptDelivery, posts } = prepare();
  await attemptDelivery(messageOf(fields));
  return posts[0]?.webhookId;
}

interface MessageFields extends Partial<AcceptedEvent> {
  readonly end?: EndedPhase;
  readonly result?: unknown;
  readonly attemptsMade?: number;
}

describe('the message of a callback', () => {
  it("goes to the caller's address with the caller's headers", async () => {
    const { attemptDelivery, posts } = prepare();

    await attemptDelivery(messageOf());

    expect(posts).toEqual([
      { url: callback.url, headers: callback.headers, webhookId: expect.any(String), body: expect.any(String), tenant: 'default' },
    ]);
  });

  it.each<[string, EndedPhase]>([
    ['event.completed', completed],
    ['event.failed', { status: 'failed', endedAtMs: NOON_MS + 50, error: eventError() }],
    ['event.cancelled', { status: 'cancelled', endedAtMs: NOON_MS + 50 }],
  ])('is of type %s, says when that was, and holds the event', async (type, end) => {
    const { attemptDelivery, posts } = prepare();
    const message = messageOf({ end });

    await attemptDelivery(message);

    const at = '2026-01-01T12:00:00.050Z';
    expect(JSON.parse(posts[0]?.body ?? '')).toEqual({ type, timestamp: at, recordedAt: at, data: message.message.data });
  });

  it.each<[string, MessageFields]>([
    ['on every attempt', { attemptsMade: 3 }],
    ['where a rerun comes to the same verdict later', { end: { ...completed, endedAtMs: NOON_MS + 900 } }],
    ['where the event has data that is left out', { data: 'x'.repeat(256 * 1024) }],
  ])('has the same webhook id %s', async (_when, fields) => {
    expect(await idOf(fields)).toBe(await idOf({}));
  });

  it.each<[string, MessageFields]>([
    ['event', { id: 'order-2' }],
    ['tenant', { tenant: 'acme' }],
    ['run', { run: 2 }],
    ['result', { result: 'not done' }],
    ['status', { end: { status: 'cancelled', endedAtMs: NOON_MS + 50 } }],
  ])('has another webhook id for another %s', async (_what, fields) => {
    expect(await idOf(fields)).not.toBe(await idOf({}));
  });

  it('has another webhook id for another error', async () => {
    const failedBy = (message: string) => idOf({ end: { status: 'failed', endedAtMs: NOON_MS, error: { ...eventError(), message } } });

    expect(await failedBy('no money')).not.toBe(await failedBy('no card'));
  });

  it('has the same webhook id as it is kept by the engine', async () => {
    const [kept, ridden] = [prepare(), prepare()];
    const message = messageOf({ result: { at: new Date(NOON_MS), none: undefined, list: [undefined, Number.NaN] } });
    await ridden.attemptDelivery(message);
    await kept.attemptDelivery(JSON.parse(JSON.stringify(message)) as CallbackMessage);

    expect(kept.posts[0]?.webhookId).toBe(ridden.posts[0]?.webhookId);
  });

  it('leaves out data that makes it too large, and says so', async () => {
    const { attemptDelivery, posts } = prepare();

    await attemptDelivery(messageOf({ data: 'x'.repeat(256 * 1024) }));

    const body = posts[0]?.body ?? '';
    expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
    expect(JSON.parse(body)).toMatchObject({ data: { id: 'order-1', omitted: ['data'], result: { action: 'done' } } });
  });
});

describe('what an attempt leads to', () => {
  it.each([
    ['a delivery', delivered],
    ['a receiver that is gone', failedWith(410)],
    ['a receiver that is gone and asks to wait', failedWith(410, { retryAfterMs: 60_000 })],
  ])('is the end after %s', async (_what, attempt) => {
    const { attemptDelivery } = prepare(attempt);

    expect(await attemptDelivery(messageOf())).toEqual({ attempt, nextAttemptAfterMs: null });
  });

  it.each([
    [0, 5_000],
    [1, 300_000],
    [2, null],
    [9, null],
  ])('follows the schedule: with %i attempts before it, the next is due in %s ms', async (attemptsMade, nextAttemptAfterMs) => {
    const attempt = failedWith(500);
    const { attemptDelivery } = prepare(attempt);

    expect(await attemptDelivery(messageOf({ attemptsMade }))).toEqual({ attempt, nextAttemptAfterMs });
  });

  it('goes on after an attempt that got no answer', async () => {
    const { attemptDelivery } = prepare(failedWith(null, { error: 'timeout' }));

    expect((await attemptDelivery(messageOf())).nextAttemptAfterMs).toBe(5_000);
  });

  it.each([
    [1_000, 5_000],
    [60_000, 60_000],
  ])('lets the receiver ask for a longer pause only: %s ms make it %s', async (retryAfterMs, nextAttemptAfterMs) => {
    const { attemptDelivery } = prepare(failedWith(503, { retryAfterMs }));

    expect((await attemptDelivery(messageOf())).nextAttemptAfterMs).toBe(nextAttemptAfterMs);
  });

  it('is spread by chance', async () => {
    const post = async (): Promise<CallbackAttempt> => failedWith(500);
    const attemptDelivery = prepareWith({
      post,
      renderBody,
      scheduleMs: [5_000],
      random: () => 0,
      destinations: destinationsOf('none'),
      origins: quiet,
      ...unobserved,
    });

    expect((await attemptDelivery(messageOf())).nextAttemptAfterMs).toBe(4_500);
  });

  it('says why it was made, unless it was due', async () => {
    const { attemptDelivery } = prepare();

    expect((await attemptDelivery({ ...messageOf(), reason: 'redelivery' })).attempt).toEqual({ ...delivered, reason: 'redelivery' });
  });
});

describe('a destination that is parked', () => {
  it('is sent nothing', async () => {
    const { attemptDelivery, posts } = prepare(delivered, 'open');

    expect(await attemptDelivery(messageOf())).toEqual({ attempt: null, nextAttemptAfterMs: 0, parkedAt: 'https://shop.example' });
    expect(posts).toEqual([]);
  });

  it('is sent nothing, and not asked about, where its state is known', async () => {
    const { attemptDelivery, posts } = prepare();

    expect(await attemptDelivery({ ...messageOf(), destination: 'open' })).toMatchObject({
      attempt: null,
      parkedAt: 'https://shop.example',
    });
    expect(posts).toEqual([]);
  });

  it('is sent what was asked for or woken', async () => {
    const { attemptDelivery } = prepare(delivered, 'open');

    expect(await attemptDelivery({ ...messageOf(), destination: 'troubled' })).toEqual({ attempt: delivered, nextAttemptAfterMs: null });
  });

  it('has probes sent to it that use up no step of the schedule', async () => {
    const { attemptDelivery } = prepare(failedWith(500));
    const probe = (attemptsMade: number) => attemptDelivery({ ...messageOf({ attemptsMade }), destination: 'troubled', reason: 'probe' });

    expect(await probe(0)).toMatchObject({ nextAttemptAfterMs: 5_000 });
    expect(await probe(2)).toMatchObject({ nextAttemptAfterMs: 300_000 });
  });

  it('makes what failed wait for it, unless there is no attempt left', async () => {
    const attempt = failedWith(500);
    const { attemptDelivery } = prepare(attempt, 'open');
    const asked = (attemptsMade: number) => attemptDelivery({ ...messageOf({ attemptsMade }), destination: 'troubled' });

    expect(await asked(0)).toEqual({ attempt, nextAttemptAfterMs: 5_000, parkedAt: 'https://shop.example' });
    expect(await asked(2)).toMatchObject({ nextAttemptAfterMs: null });
  });
});

describe('a destination that answers nobody soon', () => {
  const full = originsOf({ isFull: true });

  it('is sent no more than it has connections: the others wait, as long again as they have', async () => {
    const { attemptDelivery, posts, counts } = prepare(delivered, 'none', full);

    expect(await attemptDelivery(messageOf())).toEqual({ attempt: null, nextAttemptAfterMs: 15_000 });
    expect([posts, counts]).toEqual([[], []]);
  });

  it('is sent what was asked for by hand', async () => {
    const { attemptDelivery } = prepare(delivered, 'none', full);
    const asked = { ...messageOf(), reason: 'redelivery', destination: 'troubled' } as const;

    expect(await attemptDelivery(asked)).toMatchObject({ nextAttemptAfterMs: null });
  });

  it('has no part in the record of what stood in line in vain', async () => {
    const { attemptDelivery } = prepare(failedWith(null, { error: 'busy' }));

    expect(await attemptDelivery(messageOf())).toEqual({ attempt: null, nextAttemptAfterMs: 1_000 });
  });
});

describe('a destination that has more attempts open than any is given', () => {
  const wide = originsOf({ open: 17 });
  const first = { ...messageOf(), destination: 'well' } as const;

  it.each([failedWith(503), failedWith(429), failedWith(null, { error: 'timeout' })])(
    'is not told of as failing for what may have been too much: %j',
    async (attempt) => {
      const { attemptDelivery } = prepare(attempt, 'open', wide);

      expect(await attemptDelivery(first)).toEqual({ attempt, nextAttemptAfterMs: 5_000 });
    },
  );

  it.each([
    ['where it is the receiver itself that fails', failedWith(500), first, wide],
    ['where it is gone', failedWith(410), first, wide],
    ['by a probe', failedWith(503), { ...first, reason: 'probe' } as const, wide],
    ['where the cluster knows that it is troubled', failedWith(503), { ...first, destination: 'troubled' } as const, wide],
    ['where no more were open', failedWith(503), first, originsOf({ open: 16 })],
  ])('is told of as ever %s', async (_what, attempt, message, origins) => {
    const note = vi.fn<Destinations['note']>(async () => 'none');
    const attemptDelivery = prepareWith({
      post: async () => attempt,
      renderBody,
      scheduleMs: [5_000],
      random: () => 0.5,
      destinations: { ...destinationsOf('none'), note },
      origins,
      ...unobserved,
    });
    await attemptDelivery(message);

    expect(note).toHaveBeenCalledOnce();
  });
});

describe('a delivery', () => {
  it.each([
    ['delivered', delivered, 0, 'none'],
    ['retried', failedWith(500), 0, 'none'],
    ['failed', failedWith(500), 2, 'none'],
    ['failed', failedWith(410), 0, 'open'],
    ['parked', failedWith(500), 0, 'open'],
  ] as const)('is counted as %s, with the time since the end', async (outcome, attempt, attemptsMade, state) => {
    const { attemptDelivery, counts } = prepare(attempt, state);
    await attemptDelivery({ ...messageOf({ attemptsMade }), destination: 'troubled' });

    expect(counts).toEqual([{ outcome, tenant: 'default', tier: 'normal', seconds: 1 }]);
  });

  it('is counted as parked where nothing is sent, and has no tier if it is not of an event', async () => {
    const { attemptDelivery, counts } = prepare(delivered, 'open');
    const timestamp = new Date(NOON_MS + 5_000).toISOString();
    const message = { type: 'batch.completed', timestamp, recordedAt: timestamp, data: { id: 'b' } };
    await attemptDelivery({ ...messageOf(), message });

    expect(counts).toEqual([{ outcome: 'parked', tenant: 'default', tier: null, seconds: 0 }]);
  });
});
