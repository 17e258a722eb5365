import { expect, inject, it, onTestFinished } from 'vitest';
import type { EventResource } from '../../domain/event-resource.ts';
import { startInProcessService } from '../support/in-process-service.ts';
import type { TestService } from '../support/in-process-service.ts';
import { createPlainEngine } from '../support/plain-engine.ts';
import { calledBack, readEvent, get, post } from '../support/requests.ts';
import { startReceiver } from '../support/receiver.ts';
import { reversingCodec } from '../support/reversing-codec.ts';
import { until } from '../support/until.ts';

it('does with encoded payloads all that it does with plain ones', async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  // Of its own: what others leave open here couldn't be read by a service without the codec, nor could theirs be told from it.
  const engineAddress = await (await createPlainEngine()).start();
  const service = await start(engineAddress);
  const callback = { url: receiver.url };
  const data = { intensity: 0.3 };

  await post(service, '/v1/events', { type: 'noise', id: 'completed', data, callback });
  await calledBack(service, 'completed');
  await post(service, '/v1/events', { type: 'test-failing', id: 'failed', data: { how: 'permanently' }, callback });
  await calledBack(service, 'failed');
  await post(service, '/v1/events', { type: 'noise', id: 'cancelled', data, callback, delayMs: 60_000 });
  expect((await post(service, '/v1/events/cancelled/cancel', {})).status).toBe(202);
  await calledBack(service, 'cancelled');
  await post(service, '/v1/batches', {
    id: 'batch',
    events: [
      { type: 'noise', data },
      { type: 'test-failing', data: { how: 'permanently' } },
    ],
  });
  await until('the batch has ended', async () => ((await get(service, '/v1/batches/batch')) as { percent: number }).percent === 100);
  await service.stop();

  // Nothing is known to it but what the engine has.
  const after = await start(engineAddress);
  onTestFinished(() => after.stop());

  expect(await readEvent(after, 'completed')).toMatchObject({ status: 'completed', data, result: expect.anything() });
  expect(await readEvent(after, 'failed')).toMatchObject({ status: 'failed', error: { stage: 'action' } });
  expect(await readEvent(after, 'cancelled')).toMatchObject({ status: 'cancelled', callback: { status: 'delivered' } });
  await until('the index has all', async () => ((await get(after, '/v1/events')) as { items: EventResource[] }).items.length === 3);
  expect(await get(after, '/v1/batches/batch/items')).toMatchObject({ items: [{ status: 'completed' }, { status: 'failed' }] });
  const sent = receiver.requests.length;
  expect((await post(after, '/v1/events/completed/redeliver', {})).status).toBe(202);
  await receiver.waitFor((requests) => requests.length === sent + 1);
  expect(await stored(after, 'completed')).toEqual(['binary/reversed', 'binary/reversed']);
});

function start(engineAddress: string): Promise<TestService> {
  return startInProcessService({
    engine: { address: engineAddress, namespace: 'default' },
    workflowBundle: { codePath: inject('workflowBundlePath') },
    dataConverter: { payloadCodecs: [reversingCodec] },
  });
}

/** How the engine has an event's input and its result. */
async function stored({ client }: TestService, workflowId: string): Promise<readonly unknown[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const payloads = [
    events?.[0]?.workflowExecutionStartedEventAttributes?.input,
    events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result,
  ];
  return payloads.map((payload) => Buffer.from(payload?.payloads?.[0]?.metadata?.['encoding'] ?? []).toString());
}
