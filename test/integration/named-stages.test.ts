import { defaultPayloadConverter } from '@temporalio/common';
import { expect, it } from 'vitest';
import { readEventStream } from '../../client/read-event-stream.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { get, submitEvent, calledBack: ended } = requestsTo(service);
const receiver = useReceiver();

async function submit(type: 'test-quoted' | 'test-shipped', data: Readonly<Record<string, unknown>>): Promise<string> {
  return submitEvent({ type, data: { cents: 21, ...data }, callback: { url: receiver.url } });
}

it('shows a light event by the names of its stages, to its receiver and on the page of its workflow', async () => {
  const id = await submit('test-quoted', {});

  const event = await ended(id);

  expect(event).toMatchObject({ status: 'completed', stage: null, error: null });
  expect(event.result).toEqual({ price: { cents: 42, how: 'well' }, reserve: { reserved: 42 } });
  expect(event.attempts).toEqual({ price: 1, reserve: 1 });
  const message = JSON.parse(receiver.requests[0]?.text ?? '{}') as { readonly data: EventResource };
  expect(message.data).toMatchObject({ result: event.result, attempts: event.attempts });
  const { events } = await service.client.workflow.getHandle(id).fetchHistory();
  const markers = events?.filter(({ markerRecordedEventAttributes }) => markerRecordedEventAttributes) ?? [];
  expect(markers.map(({ userMetadata }) => defaultPayloadConverter.fromPayload(userMetadata?.summary ?? {}))).toEqual(['price, reserve']);
});

it('tries a named stage of a light event again, and goes on where it was', async () => {
  expect(await ended(await submit('test-quoted', { how: 'once' }))).toMatchObject({
    status: 'completed',
    result: { price: { cents: 42 }, reserve: { reserved: 42 } },
    attempts: { price: 1, reserve: 2 },
  });
});

it('fails in a named stage, which its cause, its reason and its receiver name', async () => {
  const id = await submit('test-quoted', { how: 'permanently' });

  const event = await ended(id);

  expect(event).toMatchObject({
    status: 'failed',
    stage: 'reserve',
    error: { code: 'sold_out', stage: 'reserve' },
    attempts: { reserve: 1 },
  });
  expect(event.result).toEqual({ price: { cents: 42, how: 'permanently' }, reserve: null });
  expect(JSON.parse(receiver.requests[0]?.text ?? '{}')).toMatchObject({ type: 'event.failed', data: { stage: 'reserve' } });
  const { searchAttributes } = await service.client.workflow.getHandle(id).describe();
  expect(searchAttributes['Cause']).toEqual([expect.stringMatching(/^test-quoted:reserve:sold_out~/)]);
});

it('runs the named stages of a heavy event as activities of these names, each within its own timeout', async () => {
  const id = await submit('test-shipped', { how: 'slowly' });

  const event = await ended(id);

  expect(event).toMatchObject({ status: 'completed', attempts: { price: 1, reserve: 2, ship: 1 } });
  expect(event.result).toEqual({ price: { cents: 42, how: 'slowly' }, reserve: { reserved: 42 }, ship: `${id} of 42` });
  const { events } = await service.client.workflow.getHandle(id).fetchHistory();
  const scheduled = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: activity, userMetadata }) =>
    activity && userMetadata?.summary ? [[activity.activityType?.name, defaultPayloadConverter.fromPayload(userMetadata.summary)]] : [],
  );
  expect(scheduled).toEqual([
    ['price', 'price of test-shipped'],
    ['reserve', 'reserve of test-shipped'],
    ['reserve', 'reserve of test-shipped'],
    ['ship', 'ship of test-shipped'],
  ]);
  const failed = events?.flatMap(({ activityTaskFailedEventAttributes }) => activityTaskFailedEventAttributes?.failure ?? []) ?? [];
  expect(failed.map(({ message }) => message)).toEqual(['not done within 200 ms']);
});

it('tells those who watch a heavy event, and those who ask why, at which named stage it is', async () => {
  const id = await submit('test-shipped', { how: 'permanently' });
  const response = await service.app.request(`/v1/events/${id}/stream`);

  const told = [];
  for await (const { data } of readEventStream(response.body as ReadableStream<Uint8Array>)) told.push(JSON.parse(data) as EventResource);

  expect(told.at(-1)).toMatchObject({ status: 'failed', stage: 'reserve', error: { stage: 'reserve' } });
  expect(told.every(({ stage }) => stage === null || ['price', 'reserve'].includes(stage))).toBe(true);
  expect(told.every(({ attempts }) => Object.keys(attempts).join() === 'price,reserve,ship')).toBe(true);
  expect(await get(`/v1/events/${id}/why`)).toMatchObject({ reason: 'ended' });
});

it("runs named stages of a batch's items", async () => {
  const response = await service.app.request('/v1/batches', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events: ['test-quoted', 'test-shipped'].map((type) => ({ type, data: { cents: 1 } })) }),
  });
  const { id } = (await response.json()) as { readonly id: string };

  await requestsTo(service).endedBatch(id);

  expect(await get(`/v1/batches/${id}/items`)).toMatchObject({
    items: [
      { status: 'completed', attempts: { price: 1, reserve: 1 } },
      { status: 'completed', attempts: { price: 1, reserve: 1, ship: 1 } },
    ],
  });
  expect(await get(`/v1/events/${id}_1`)).toMatchObject({
    result: { price: { cents: 2 }, reserve: { reserved: 2 }, ship: `${id}_1 of 2` },
  });
});

it('says in the catalog how a type names its stages', async () => {
  expect(await get('/v1/event-types/test-shipped')).toMatchObject({ stages: ['price', 'reserve', 'ship'] });
});
