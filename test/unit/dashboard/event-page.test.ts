import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../../api/apply-patch.ts';
import { toPatch } from '../../../dashboard/pages/event/to-patch.ts';
import { toSpans } from '../../../dashboard/pages/event/to-spans.ts';
import type { EventResource } from '../../../domain/event-resource.ts';

describe('a patch of what a reader has changed', () => {
  it('makes the one value the other, whatever they are', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        const from = JSON.parse(JSON.stringify(before)) as unknown;
        const to = JSON.parse(JSON.stringify(after)) as unknown;
        const patched = applyPatch(from, toPatch(from, to));
        expect(patched).toEqual({ ok: true, value: to });
      }),
    );
  });

  it('changes the fields that have changed, and no others', () => {
    expect(toPatch({ a: 1, 'b/~': 2, c: 3 }, { a: 1, 'b/~': 4, d: 5 })).toEqual([
      { op: 'remove', path: '/c' },
      { op: 'replace', path: '/b~1~0', value: 4 },
      { op: 'add', path: '/d', value: 5 },
    ]);
    expect(toPatch({ a: 1 }, { a: 1 })).toEqual([]);
  });
});

describe('what happened when', () => {
  const nowMs = Date.parse('2026-01-01T00:00:10.000Z');
  const waiting = {
    status: 'waiting',
    acceptedAt: '2026-01-01T00:00:00.000Z',
    startedAt: null,
    completedAt: null,
    attempts: { price: 0, ship: 0 },
    handlers: {},
    callback: { status: 'none', url: null, attempts: [] },
  } as unknown as EventResource;

  it('is the wait alone of an event that has not begun', () => {
    expect(toSpans(waiting, nowMs)).toEqual([
      { name: 'Queued', note: 'waits still', fromMs: nowMs - 10_000, toMs: nowMs, state: 'waited' },
    ]);
    const cancelled = { ...waiting, status: 'cancelled', completedAt: '2026-01-01T00:00:04.000Z' } as const;
    expect(toSpans(cancelled, nowMs)).toMatchObject([{ note: '', toMs: nowMs - 6_000 }]);
  });

  it('is each attempt, and what was waited before it, where that is on record', () => {
    const timeline = [
      { of: 'stage', name: 'price', attempt: 1, startedAt: '2026-01-01T00:00:03.000Z', durationMs: 500, error: 'refused' },
      { of: 'stage', name: 'price', attempt: 2, startedAt: '2026-01-01T00:00:05.000Z', durationMs: 250, error: null },
      { of: 'handler', name: 'mail', attempt: 1, startedAt: '2026-01-01T00:00:05.250Z', durationMs: null, error: null },
    ] as const;
    const running = { ...waiting, status: 'running', startedAt: '2026-01-01T00:00:03.000Z', timeline } as EventResource;
    expect(toSpans(running, nowMs)).toEqual([
      { name: 'Queued', note: '', fromMs: nowMs - 10_000, toMs: nowMs - 7_000, state: 'waited' },
      { name: 'price', note: 'refused', fromMs: nowMs - 7_000, toMs: nowMs - 6_500, state: 'bad' },
      { name: 'price, before attempt 2', note: 'waited', fromMs: nowMs - 6_500, toMs: nowMs - 5_000, state: 'waited' },
      { name: 'price, attempt 2', note: '', fromMs: nowMs - 5_000, toMs: nowMs - 4_750, state: 'good' },
      { name: 'Handler mail', note: '', fromMs: nowMs - 4_750, toMs: nowMs, state: 'open' },
    ]);
  });

  it('is the run so far, with its attempts, of one that goes on', () => {
    const running = {
      ...waiting,
      status: 'running',
      startedAt: '2026-01-01T00:00:03.000Z',
      attempts: { price: 1, ship: 2, bill: 0 },
    } as const;
    expect(toSpans(running, nowMs)).toMatchObject([
      { name: 'Queued', toMs: nowMs - 7_000 },
      { name: 'Stages', note: 'price, ship ×2', toMs: nowMs, state: 'open' },
    ]);
  });

  it('has the handlers, and each attempt to call back', () => {
    const attempts = [
      { at: '2026-01-01T00:00:05.000Z', status: null, durationMs: 30, error: 'timeout' },
      { at: '2026-01-01T00:00:06.000Z', status: 200, durationMs: 20, error: null },
    ];
    const ended = {
      ...waiting,
      status: 'completed',
      startedAt: '2026-01-01T00:00:03.000Z',
      completedAt: '2026-01-01T00:00:04.000Z',
      handlers: { tell: { status: 'completed', attempts: 1, result: null, error: null } },
      callback: { status: 'delivered', url: 'https://a.example', attempts },
    } as const;
    expect(toSpans(ended, nowMs).slice(1)).toMatchObject([
      { name: 'Stages and handlers', note: 'tell', state: 'good', toMs: nowMs - 6_000 },
      { name: 'Callback, attempt 1', note: 'no answer, timeout', state: 'bad', toMs: nowMs - 4_970 },
      { name: 'Callback, attempt 2', note: 'delivered, 200', state: 'good' },
    ]);
    expect(toSpans({ ...ended, status: 'partial' }, nowMs)[1]).toMatchObject({ state: 'bad' });
  });
});
