import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventResource, HandlerResource } from '../../../domain/event-resource.ts';
import { whyEnded } from '../../../domain/why-ended.ts';
import { eventError } from './event-samples.ts';

type Ended = Parameters<typeof whyEnded>[0];

const failed: Ended = {
  id: 'order-1',
  tenant: 'default',
  run: 1,
  status: 'failed',
  error: eventError(),
  attempts: { meaning: 1, decision: 1, action: 3 },
  handlers: {},
  version: null,
  batchId: null,
};

function handler(fields: Partial<HandlerResource> = {}): HandlerResource {
  return { status: 'failed', attempts: 1, result: null, error: eventError({ stage: 'mail' }), ...fields };
}

describe('an ended event', () => {
  it('says where it failed, how often it was tried, and of what', () => {
    const { cause, details } = whyEnded(failed);

    expect(cause).toBe('Its action failed after 3 attempts with card_declined: no money');
    expect(details.failures).toEqual([{ at: 'action', code: 'card_declined', message: 'no money', attempts: 3 }]);
    expect(whyEnded({ ...failed, attempts: { action: 1 } }).cause).toContain('after 1 attempt with');
  });

  it('that failed at no stage says so of itself', () => {
    const error = eventError({ code: 'terminated', message: 'the workflow was terminated.', stage: null });

    expect(whyEnded({ ...failed, error })).toMatchObject({
      cause: 'It failed with terminated: the workflow was terminated',
      details: { replay: 'as_is' },
    });
  });

  it('is to be mended first where it failed for good', () => {
    expect(whyEnded(failed)).toMatchObject({ details: { replay: 'when_mended' } });
    expect(whyEnded(failed).advice).toContain('--patch');
  });

  it.each(['timeout', 'crashed', 'worker_lost', 'terminated', 'timed_out'])('may succeed if it runs again after %s', (code) => {
    const explained = whyEnded({ ...failed, error: eventError({ code, retryable: false }) });

    expect(explained).toMatchObject({ details: { replay: 'as_is' }, advice: 'It may succeed now: `tickless replay order-1`.' });
  });

  it('may succeed if it runs again after a failure that is worth another attempt', () => {
    expect(whyEnded({ ...failed, error: eventError({ retryable: true }) }).details.replay).toBe('as_is');
  });

  it('that is partial names the handlers that failed, and no others', () => {
    const handlers = { mail: handler(), stock: handler({ status: 'completed', error: null }), tax: handler({ attempts: 2 }) };
    const { cause, details } = whyEnded({ ...failed, status: 'partial', error: null, handlers });

    expect(cause).toBe(
      'Its stages are complete, but its handler mail failed after 1 attempt with card_declined: no money (and 1 more of its handlers failed)',
    );
    expect(details.failures?.map(({ at, attempts, event }) => [at, attempts, event])).toEqual([
      ['mail', 1, 'order-1~h.mail'],
      ['tax', 2, 'order-1~h.tax'],
    ]);
    expect(details.replay).toBe('when_mended');
    expect(
      whyEnded({ ...failed, status: 'partial', error: null, handlers: { mail: handler({ error: eventError({ retryable: true }) }) } }),
    ).toMatchObject({
      details: { replay: 'as_is' },
    });
  });

  it.each<readonly [string, Partial<Ended>, string]>([
    ['an item', { batchId: 'nightly' }, 'Failed items of its batch run again by `POST /v1/batches/nightly/retry-failed`.'],
    ['a subject’s', { version: 7 }, 'It has had its turn with its subject and cannot be replayed; send another event.'],
    [
      'an item of a subject',
      { version: 7, batchId: 'nightly' },
      'It has had its turn with its subject and cannot be replayed; send another event.',
    ],
    [
      'an item that was cancelled',
      { batchId: 'nightly', status: 'cancelled' },
      'An item of a batch runs again only where its stages have failed; send another event.',
    ],
    ['a handler’s', { handlerOf: { id: 'order-1', name: 'mail' } }, 'It is called again with its event: `tickless replay order-1`.'],
    ['cancelled', { status: 'cancelled', error: null }, '`tickless replay order-1` runs it after all.'],
  ])('that is %s says what can be done', (_, fields, advice) => {
    expect(whyEnded({ ...failed, ...fields }).advice).toBe(advice);
  });

  it('that is completed needs no advice', () => {
    expect(whyEnded({ ...failed, status: 'completed', error: null })).toEqual({
      cause: 'It ended as completed',
      advice: null,
      details: {},
    });
  });

  it('is explained in one sentence of bounded length, whatever its handler said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), fc.boolean(), (message, retryable) => {
        const { cause, details } = whyEnded({ ...failed, error: eventError({ message, retryable }) });
        expect(cause.length).toBeLessThan(400);
        expect(() => encodeURIComponent(cause)).not.toThrow();
        expect(details.failures?.[0]?.message).toBe(message);
      }),
    );
  });
});

// The names are the contract's.
const STATUSES: readonly EventResource['status'][] = ['failed', 'partial', 'cancelled'];

it.each(STATUSES)('gives advice for each that is %s', (status) => {
  expect(whyEnded({ ...failed, status }).advice).not.toBeNull();
});
