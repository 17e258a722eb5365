import { describe, expect, it } from 'vitest';
import { initialCallback } from '../../../domain/callback-record.ts';
import { batchMessage, eventMessage, toCallbackResource } from '../../../domain/callback-message.ts';
import { isCounted } from '../../../domain/delivery.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import { acceptRun } from '../../../domain/event-run.ts';
import { createBatch } from '../../../domain/batch.ts';
import { toBatchResource } from '../../../domain/batch-resource.ts';
import { acceptedBatch } from './batch-samples.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

function resourceWith(data: unknown): EventResource {
  return toEventResource(acceptRun(acceptedEvent({ data })), initialCallback(null), { id: 'a', runId: '1' });
}

describe('toCallbackResource', () => {
  it('leaves a resource alone whose data can be sent', () => {
    const resource = resourceWith({ note: 'x'.repeat(1_000) });

    expect(toCallbackResource(resource)).toEqual(resource);
  });

  it('leaves out when attempts were, or a callback that is sent again would differ from the one before', () => {
    const resource = resourceWith({ note: 'x' });

    expect(toCallbackResource({ ...resource, timeline: [] })).toEqual(resource);
  });

  it('leaves out data that no body has room for, and says so', () => {
    const { data: _data, ...rest } = resourceWith('x'.repeat(300_000));

    expect(toCallbackResource(resourceWith('x'.repeat(300_000)))).toEqual({ ...rest, omitted: ['data'] });
  });
});

it('of a batch says how it ended and when, and holds the batch', () => {
  const progress = { batch: createBatch(acceptedBatch()), startedAtMs: NOON_MS, pace: [] };
  const data = toBatchResource(acceptedBatch(), progress, { endedAtMs: NOON_MS + 50, nowMs: NOON_MS });
  const completedAt = '2026-01-01T12:00:00.050Z';

  expect(batchMessage({ ...data, status: 'partial' })).toEqual({
    type: 'batch.partial',
    timestamp: completedAt,
    recordedAt: completedAt,
    data: { ...data, status: 'partial' },
  });
});

describe('the message of an event', () => {
  it('says how it ended and when, and holds the event', () => {
    const completedAt = '2026-01-01T12:00:00.050Z';
    const data = { ...resourceWith({}), status: 'failed' as const, completedAt };

    expect(JSON.stringify(eventMessage(data))).toBe(
      JSON.stringify({ type: 'event.failed', timestamp: completedAt, recordedAt: completedAt, data }),
    );
  });

  it('falls back on the time of acceptance where the end is unknown', () => {
    expect(eventMessage(resourceWith({})).timestamp).toBe('2026-01-01T12:00:00.000Z');
  });
});

describe('isCounted', () => {
  const attempt = { at: '2026-01-01T00:00:00.000Z', status: null, durationMs: 1 };

  it.each([null, 'http_500', 'timeout', 'refused'])('counts an attempt that ended with %s', (error) => {
    expect(isCounted({ ...attempt, error })).toBe(true);
  });

  it.each(['busy', 'aborted'])('does not count an attempt that never reached the receiver: %s', (error) => {
    expect(isCounted({ ...attempt, error })).toBe(false);
  });
});
