import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startCleanupRecorder } from '../support/cleanup-recorder.ts';
import type { CleanupRecorder } from '../support/cleanup-recorder.ts';
import { requestsTo } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { submitEvent, readEvent, calledBack, post, get } = requestsTo(service);
const receiver = useReceiver();
let recorder: CleanupRecorder;

beforeEach(async () => {
  recorder = await startCleanupRecorder();
});
afterEach(() => recorder.close());

it.each([
  ['test-cleaned', 'waiting'],
  ['test-cleaned-heavy', 'running'],
  ['test-cleaned-patiently', 'running'],
])('cleans up after %s before it has ended and its receiver hears of that', async (type, status) => {
  const id = await submitEvent({ type, data: { port: recorder.port }, callback: { url: receiver.url } });
  await until('it is at work', async () => {
    const event = await readEvent(id);
    return event.status === status && event.stage !== 'reserve';
  });

  expect((await post(`/v1/events/${id}/cancel`, {})).status).toBe(202);
  if (type === 'test-cleaned-patiently') {
    await recorder.untilTold(1);
    expect(await readEvent(id)).toMatchObject({ status: 'running', stage: 'onCancel', completedAt: null });
    expect(await get(`/v1/events/${id}/why`)).toMatchObject({ reason: 'running', details: { stage: 'onCancel' } });
    // It is cancelled already, and that is no reason to stop.
    expect((await post(`/v1/events/${id}/cancel`, {})).status).toBe(202);
    expect(receiver.requests).toEqual([]);
  }
  await recorder.untilTold(1);
  recorder.letGo();

  const event = await calledBack(id);
  expect(event).toMatchObject({ status: 'cancelled', cleanup: { status: 'completed' } });
  expect(recorder.keys).toEqual([`${id}/1/onCancel`]);
  const messages = receiver.requests.map(({ text }) => JSON.parse(text) as { readonly type: string; readonly data: EventResource });
  expect(messages).toMatchObject([{ type: 'event.cancelled', data: { status: 'cancelled', cleanup: { status: 'completed' } } }]);
  const { events } = await service.client.workflow.getHandle(id).fetchHistory();
  const names = events?.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? []) ?? [];
  expect(names.filter((name) => name === 'onCancel')).toHaveLength(1);
});
