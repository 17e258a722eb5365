import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { requestsTo } from '../support/requests.ts';
import { until } from '../support/until.ts';
import { useReceiver, useService } from '../support/use-service.ts';

let waiting: (() => void)[] = [];
let isHeld = false;
const beforeAdvance = async (signal: AbortSignal): Promise<void> => {
  if (!isHeld) return;
  await new Promise<void>((resolve) => {
    waiting.push(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
};

const service = useService({}, { beforeAdvance });
const { calledBack, post, submitEvent } = requestsTo(service);
const receiver = useReceiver();

/** Accepted, and given to this process to be run ahead, where it waits for a process for handlers. */
async function acceptHere(): Promise<string> {
  const id = `ahead-${randomUUID()}`;
  isHeld = true;
  onTestFinished(goOn);
  await submitEvent({ type: 'joy', id, data: { intensity: 0.3 }, callback: { url: receiver.url } });
  await until('it waits', async () => waiting.length > 0);
  return id;
}

function goOn(): void {
  isHeld = false;
  for (const go of waiting) go();
  waiting = [];
}

function typesTold(): readonly string[] {
  return receiver.requests.map(({ text }) => (JSON.parse(text) as { readonly type: string }).type);
}

it('cancels a light event that waits in this process, once that is on record', async () => {
  const id = await acceptHere();

  expect((await post(`/v1/events/${id}/cancel`, {})).status).toBe(202);
  expect(await calledBack(id)).toMatchObject({ status: 'cancelled', attempts: { meaning: 0, decision: 0, action: 0 }, startedAt: null });
  expect(typesTold()).toEqual(['event.cancelled']);
});

it('refuses it once that has begun', async () => {
  const id = await acceptHere();
  goOn();
  await calledBack(id);

  expect((await post(`/v1/events/${id}/cancel`, {})).status).toBe(409);
  expect(typesTold()).toEqual(['event.completed']);
});
