import { describe, expect, it } from 'vitest';
import { rejectedEvent, rejectedRun } from '../../../domain/rejected-item.ts';
import { rejectedItem } from './batch-samples.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

describe('rejectedRun', () => {
  it('has failed when the batch was accepted, before any stage', () => {
    const event = acceptedEvent();

    expect(rejectedRun(rejectedItem().rejection, event)).toEqual({
      event,
      phase: {
        status: 'failed',
        endedAtMs: NOON_MS,
        error: { code: 'invalid_event', message: '/data: it is missing', stage: null, retryable: false },
      },
      startedAtMs: NOON_MS,
      attempts: {},
      results: {},
      progress: null,
      failures: { failed: 0, lost: 0 },
    });
  });

  it('says all that was wrong, and where', () => {
    const errors = [
      { pointer: '', detail: 'it is odd' },
      { pointer: '/tier', detail: 'there is no such tier' },
    ];

    expect(rejectedRun(rejectedItem({ errors }).rejection, acceptedEvent()).phase).toMatchObject({
      error: { message: 'it is odd; /tier: there is no such tier' },
    });
  });

  it('says no more than the history can bear', () => {
    const errors = Array.from({ length: 500 }, (_, index) => ({ pointer: `/${index}`, detail: 'it is odd' }));

    expect(rejectedRun(rejectedItem({ errors }).rejection, acceptedEvent()).phase).toMatchObject({
      error: { message: expect.stringMatching(/^.{1000}$/) },
    });
  });
});

describe('rejectedEvent', () => {
  const ids = { tenant: 'acme', id: 'night_3', batchId: 'night' };

  it('is as much of an event as could be read', () => {
    const blank = { data: null, callback: null, time: '2026-01-01T12:00:00.000Z', acceptedAtMs: NOON_MS, run: 1 };

    expect(rejectedEvent(rejectedItem().rejection, ids)).toMatchObject({ ...ids, ...blank, type: 'sample' });
    expect(rejectedEvent(rejectedItem({ type: null }).rejection, ids)).toMatchObject({ ...ids, ...blank, type: 'unknown' });
  });

  it('is what was kept of it, where it is called back', () => {
    const event = acceptedEvent({ id: 'night_3' });

    expect(rejectedEvent(rejectedItem({ event }).rejection, ids)).toBe(event);
  });
});
