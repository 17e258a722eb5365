import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { toChunk } from '../../domain/chunk.ts';
import { chunkStart } from '../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';
import { acceptedEvent, lightPlan } from '../unit/domain/event-samples.ts';

const service = useService();
const { calledBack, post } = requestsTo(service);
const receiver = useReceiver();

/** Accepted where there was no room: its first task is given out after so long, to whichever process asks for one. */
async function acceptElsewhere(startDelayMs: number): Promise<string> {
  const id = `unbegun-${randomUUID()}`;
  const callback = { url: receiver.url, headers: {}, progress: false };
  const data = { intensity: 0.3, metadata: {} };
  const event = acceptedEvent({ id, type: 'joy', data, callback, plan: lightPlan, acceptedAtMs: Date.now() });
  const chunk = toChunk([event]);
  const start = { ...chunkStart(id, chunk, { inFlight: 0, slowStartMs: 0 }), workflowTaskTimeout: 2_000, startDelay: startDelayMs };
  await service.client.workflow.start(WORKFLOWS.processChunk, { ...start, args: [chunk] });
  return id;
}

it.each(['POST', 'DELETE'])('cancels a light event whose first task nobody has taken yet, by %s', async (method) => {
  const id = await acceptElsewhere(600);

  const answer = await service.app.request(method === 'POST' ? `/v1/events/${id}/cancel` : `/v1/events/${id}`, { method });

  expect(answer.status).toBe(202);
  expect(await calledBack(id)).toMatchObject({ status: 'cancelled', startedAt: null, attempts: { meaning: 0, decision: 0, action: 0 } });
  expect(receiver.requests.map(({ text }) => (JSON.parse(text) as { readonly type: string }).type)).toEqual(['event.cancelled']);
});

it('comes to one verdict, whenever it is cancelled, which is what the receiver and the canceller are told', async () => {
  // Some have had their first task by then, some are at it, some have yet to get it.
  const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => acceptElsewhere(index * 60)));

  const answers = await Promise.all(ids.map(async (id) => (await post(`/v1/events/${id}/cancel`, {})).status));

  const ended = await Promise.all(ids.map((id) => calledBack(id)));
  expect(answers.map((status) => (status === 202 ? 'cancelled' : 'completed'))).toEqual(ended.map(({ status }) => status));
  const told = receiver.requests.map(({ text }) => JSON.parse(text) as { readonly type: string; readonly data: { readonly id: string } });
  expect(told.map(({ data, type }) => `${data.id} ${type}`).toSorted()).toEqual(
    ended.map(({ id, status }) => `${id} event.${status}`).toSorted(),
  );
});
