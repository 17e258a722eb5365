import { expect, it } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { requestsTo } from '../support/requests.ts';
import { useService } from '../support/use-service.ts';

const service = useService();
const { get, submitEvent, submitBatch, endedBatch, calledBack: ended } = requestsTo(service);

const halted = { step: expect.any(String), percent: 40, message: '16' };

it.each([
  ['heavy', 'test-going-on', 'read'],
  ['light', 'test-going-on-light', 'action'],
] as const)('lets a %s event go on where its failed attempt was', async (_weight, type, stage) => {
  const event = await ended(await submitEvent({ type, data: { fail: true } }));

  expect(event).toMatchObject({ status: 'completed', attempts: { [stage]: 2 }, progress: { percent: 100, message: '40' } });
  expect(event.result?.[stage]).toEqual({ wentOnFrom: halted, attempt: 2 });
});

it('lets an attempt go on where the one before it was whose time was up', async () => {
  const event = await ended(await submitEvent({ type: 'test-going-on-light', data: {} }));

  expect(event.result).toMatchObject({ action: { wentOnFrom: halted, attempt: 2 } });
});

it('hands a stage nothing of what the stage before it has said', async () => {
  const { result, progress } = await ended(await submitEvent({ type: 'test-going-on', data: { hang: false } }));

  expect(result).toEqual({ list: { wentOnFrom: null, attempt: 1 }, read: { wentOnFrom: null, attempt: 1 } });
  expect(progress).toMatchObject({ percent: 40, message: '16' });
});

it("lets a batch's item go on where it was", async () => {
  const id = await submitBatch({ events: ['test-going-on', 'test-going-on-light'].map((type) => ({ type, data: { fail: true } })) });
  await endedBatch(id);

  const heavy = (await get(`/v1/events/${id}_0`)) as EventResource;
  const light = (await get(`/v1/events/${id}_1`)) as EventResource;

  expect(heavy.result?.['read']).toEqual({ wentOnFrom: halted, attempt: 2 });
  expect(light.result?.['action']).toEqual({ wentOnFrom: halted, attempt: 2 });
});
