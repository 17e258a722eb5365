import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallbackTarget } from '../../../domain/callback-message.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import type { CallbackRecord } from '../../../domain/callback-record.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import {
  causeDigest,
  causeKey,
  causeKeyOfRun,
  causeOfDelivery,
  causeOfResource,
  causeOfRun,
  digestOfKey,
  isOfOrigin,
  replacedKey,
  replacedKeys,
} from '../../../domain/dead-letter.ts';
import type { Cause } from '../../../domain/dead-letter.ts';
import { acceptRun, endRun } from '../../../domain/event-run.ts';
import type { EndedPhase, EventRun, Phase } from '../../../domain/event-run.ts';
import { acceptedEvent, lightPlan, NOON_MS } from './event-samples.ts';

const DAY_MS = 86_400_000;
const error = { code: 'sold_out', message: 'item 17 is sold out', stage: 'action', retryable: false };
const failed: EndedPhase = { status: 'failed', endedAtMs: NOON_MS, error };

function failedRun(fields: Parameters<typeof acceptedEvent>[0] = {}): EventRun {
  return endRun(acceptRun(acceptedEvent({ type: 'order', ...fields })), failed);
}

describe('the cause of a run', () => {
  it('is the type, the stage, the code, and what messages have in common', () => {
    const cause: Cause = {
      kind: 'event',
      tenant: 'default',
      type: 'order',
      stage: 'action',
      code: 'sold_out',
      message: 'item … is sold out',
    };
    expect(causeOfRun(failedRun())).toEqual(cause);
  });

  it('has no message of an item, which its batch counts without it', () => {
    expect(causeOfRun(failedRun({ batchId: 'b', id: 'b_1' }))).toMatchObject({ kind: 'item', message: '' });
  });

  it('is of its subject where a subject processes it', () => {
    expect(causeOfRun(failedRun({ plan: { ...lightPlan, subjectType: 'account' } }))).toMatchObject({ kind: 'subject' });
  });

  it.each(['completed', 'cancelled'] as const)('is none where it is %s', (status) => {
    expect(causeOfRun({ ...failedRun(), phase: { status, endedAtMs: NOON_MS } })).toBeNull();
  });

  it('is that of the first handler that failed, in the order of its plan', () => {
    const of = (name: string, phase: Phase): EventRun => ({
      ...acceptRun(acceptedEvent()),
      phase: { ...phase, ...(phase.status === 'failed' && { error: { ...error, stage: name } }) },
    });
    const handler = { weight: 'light', retry: lightPlan.retry, timeoutMs: 1_000 } as const;
    const plan = { ...lightPlan, handlers: ['one', 'two', 'three'].map((name) => ({ ...handler, name })) };
    const done: Phase = { status: 'completed', endedAtMs: NOON_MS };
    const handlers = { three: of('three', failed), two: of('two', failed), one: of('one', done) };
    const partial: EventRun = { ...acceptRun(acceptedEvent({ plan })), handlers, phase: { status: 'partial', endedAtMs: NOON_MS } };

    expect(causeOfRun(partial)).toMatchObject({ kind: 'event', stage: 'two', code: 'sold_out' });
    expect(causeOfRun({ ...partial, handlers: { one: of('one', done) } })).toBeNull();
  });
});

describe('the cause by what is shown', () => {
  const shown = (run: EventRun) => toEventResource(run, initialCallback(null), { id: 'w', runId: 'r' });

  it('is that of the run', () => {
    for (const run of [failedRun(), failedRun({ batchId: 'b', id: 'b_1' }), acceptRun(acceptedEvent())]) {
      expect(causeOfResource(shown(run))).toEqual(causeOfRun(run));
    }
    expect(causeOfResource({ ...shown(failedRun({ plan: { ...lightPlan, subjectType: 'account' } })), version: 3 })).toMatchObject({
      kind: 'subject',
    });
  });

  it('is that of the first handler that failed, and none of a handler by itself', () => {
    const handler = { status: 'failed', attempts: 1, result: null, error: { ...error, stage: 'tell' } } as const;
    const partial = { ...shown(acceptRun(acceptedEvent())), status: 'partial' as const };
    expect(
      causeOfResource({ ...partial, handlers: { ok: { ...handler, status: 'completed', error: null }, tell: handler } }),
    ).toMatchObject({ stage: 'tell' });
    expect(causeOfResource({ ...partial, handlers: {} })).toBeNull();
    expect(causeOfResource({ ...shown(failedRun()), handlerOf: { id: 'order-1', name: 'tell' } })).toBeNull();
  });
});

describe('the key of a cause', () => {
  it('can be read, and says what is not counted by it', () => {
    expect(causeKeyOfRun(failedRun())).toMatch(/^order:action:sold_out~[0-9a-f]{16}$/);
    expect(causeKeyOfRun(failedRun({ batchId: 'b', id: 'b_1' }))).toMatch(/^item\/order:action:sold_out~/);
    expect(causeKeyOfRun(failedRun({ handlerOf: { id: 'order-1', name: 'tell' } }))).toMatch(/^handler\/order:/);
    expect(causeKeyOfRun(acceptRun(acceptedEvent()))).toBeNull();
  });

  it('says none where no stage had begun', () => {
    expect(causeKey({ kind: 'event', tenant: 'a', type: 'order', stage: null, code: 'terminated', message: '' })).toMatch(
      /^order:none:terminated~/,
    );
  });

  it('fits the index with its digest, which tells all causes apart', () => {
    const text = fc.string({ maxLength: 300 });
    const anyCause: fc.Arbitrary<Cause> = fc.record({
      kind: fc.constantFrom('event', 'item', 'subject', 'callback'),
      tenant: text,
      type: text,
      stage: fc.option(text),
      code: text,
      message: text,
    });
    fc.assert(
      fc.property(anyCause, anyCause, (one, other) => {
        expect(causeKey(one).length).toBeLessThanOrEqual(255);
        expect(digestOfKey(causeKey(one))).toBe(causeDigest(one));
        expect(causeDigest(one) === causeDigest(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it('is none without a digest', () => {
    expect(digestOfKey('order:action:sold_out')).toBeNull();
  });
});

describe('the cause of a callback', () => {
  const target: CallbackTarget = {
    kind: 'event',
    tenant: 'acme',
    owner: 'order-1',
    run: 1,
    callback: { url: 'https://Example.org:8443/hook?a=1', headers: {}, progress: false },
  };
  const attempt = { at: '2026-01-01T12:00:00.000Z', status: 500, durationMs: 5, error: 'http_500' };
  const record: CallbackRecord = { status: 'failed', url: target.callback.url, attempts: [{ ...attempt, error: 'timeout' }, attempt] };

  it('is its destination, and what that answered last', () => {
    const cause = causeOfDelivery(target, 'order', record);
    expect(cause).toEqual({
      kind: 'callback',
      tenant: 'acme',
      type: 'order',
      stage: null,
      code: 'http_500',
      message: 'https://example.org:8443 answers http_500',
    });
    expect(isOfOrigin(cause?.message ?? '', 'https://example.org:8443')).toBe(true);
    expect(isOfOrigin(cause?.message ?? '', 'https://example.org')).toBe(false);
  });

  it('is unknown where there is no attempt left, and nothing of what is no address', () => {
    const odd = { ...target, callback: { ...target.callback, url: 'ftp://example.org' } };
    expect(causeOfDelivery(odd, 'order', { ...record, attempts: [] })).toMatchObject({ code: 'unknown', message: ' answers unknown' });
  });

  it('is none of one that was delivered', () => {
    expect(causeOfDelivery(target, 'order', { ...record, status: 'delivered' })).toBeNull();
  });
});

it('finds what makes up for all dead letters that are still known', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 * DAY_MS }), fc.integer({ min: 3_600_000, max: 30 * DAY_MS }), (agoMs, retentionMs) => {
      const keys = replacedKeys('d', { nowMs: NOON_MS, retentionMs });
      if (agoMs <= retentionMs) expect(keys).toContain(replacedKey('d', NOON_MS - agoMs));
      if (agoMs > retentionMs + DAY_MS) expect(keys).not.toContain(replacedKey('d', NOON_MS - agoMs));
    }),
  );
});
