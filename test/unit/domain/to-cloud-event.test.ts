import { expect, it } from 'vitest';
import { eventMessage } from '../../../domain/callback-message.ts';
import { initialCallback } from '../../../domain/callback-record.ts';
import { toEventResource } from '../../../domain/event-resource.ts';
import { acceptRun, endRun } from '../../../domain/event-run.ts';
import { readCloudEvent } from '../../../domain/cloud-event.ts';
import { toCloudEvent } from '../../../domain/to-cloud-event.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

function resourceOf(fields: Parameters<typeof acceptedEvent>[0]) {
  const run = endRun(acceptRun(acceptedEvent(fields)), { status: 'completed', endedAtMs: NOON_MS });
  return toEventResource(run, initialCallback(null), { id: 'order-1', runId: 'r' });
}

it('is a message under another roof, with the same data', () => {
  const data = resourceOf({});
  expect(toCloudEvent(eventMessage(data), { kind: 'event', id: 'evt_1' })).toEqual({
    specversion: '1.0',
    id: 'evt_1',
    source: '/v1/events',
    type: 'tickless.event.completed',
    subject: 'order-1',
    time: '2026-01-01T12:00:00.000Z',
    recordedat: '2026-01-01T12:00:00.000Z',
    datacontenttype: 'application/json',
    data,
  });
});

it('has the extensions of an event that came as a CloudEvent, but for those that are its own', () => {
  const extensions = { traceparent: '00', recordedat: 'theirs' };
  const data = resourceOf({ cloudEvent: { type: 'T', extensions } });
  const event = toCloudEvent(eventMessage(data), { kind: 'event', id: 'evt_1' });
  expect(event).toMatchObject({
    traceparent: '00',
    recordedat: '2026-01-01T12:00:00.000Z',
    data: { cloudEvent: { type: 'T', extensions } },
  });
  const { data: _data, ...attributes } = event;
  expect(readCloudEvent({ attributes })).toMatchObject({ ok: true });
});

it('of progress has no time of a record, and of a batch that source', () => {
  const message = { type: 'batch.progress', timestamp: '2026-01-01T12:00:00.000Z', data: { id: 'b~1' } };
  expect(toCloudEvent(message, { kind: 'batch', id: 'bat_1' })).toEqual({
    specversion: '1.0',
    id: 'bat_1',
    source: '/v1/batches',
    type: 'tickless.batch.progress',
    subject: 'b~1',
    time: '2026-01-01T12:00:00.000Z',
    datacontenttype: 'application/json',
    data: { id: 'b~1' },
  });
});
