import { batchWorkflowId } from '../../../temporal/durable/workflow-ids.ts';
import { startOverlapRecorder } from '../../support/overlap-recorder.ts';
import { until } from '../../support/until.ts';
import { withReceiver } from '../recorder.ts';
import type { Recorder } from '../recorder.ts';

const NOISE = { type: 'noise', data: { intensity: 0.3 } };
const workflowOf = (id: string): string => batchWorkflowId({ tenant: 'default', id });

/** Its first unit is shared, its second a heavy item of its own, its third shared again; the last two rest while an item waits. */
export async function recordBatch({ post, read, save }: Recorder): Promise<void> {
  await withReceiver(async (receiver) => {
    const recorder = await startOverlapRecorder();
    const waiting = { port: recorder.port, ms: 1, laterMs: 1_500 };
    const callback = { url: receiver.url };
    const id = await post('/v1/batches', {
      id: 'mixed',
      callback,
      events: [
        { ...NOISE, callback },
        { type: 'test-failing', data: { how: 'always' } },
        { type: 'test-failing', data: { how: 'twice' } },
        { type: 'no-such-type' },
        { type: 'test-recorded-work', data: waiting },
        { type: 'test-recorded-light-work', data: waiting },
      ],
    });
    await save('batch', workflowOf(id));
    await save('batch-unit', (await read(`${id}_0`)).workflow.id);
    await save('batch-unit-resting', (await read(`${id}_5`)).workflow.id);
    await save('batch-item', (await read(`${id}_4`)).workflow.id);
    await receiver.waitFor((requests) => requests.length === 2);
    recorder.close();
  });
}

/** One item after the other, a heavy one among them. */
export async function recordSequentialBatch({ post, read, save }: Recorder): Promise<void> {
  const id = await post('/v1/batches', {
    id: 'sequential',
    mode: 'sequential',
    events: [NOISE, NOISE, { type: 'test-slow-work', data: { ms: 100 } }, NOISE],
  });
  await save('batch-sequential', workflowOf(id));
  await save('batch-sequential-unit', (await read(`${id}_0`)).workflow.id);
}

/** Its items are applied to subjects. */
export async function recordBatchOfSubjects({ post, read, save }: Recorder): Promise<void> {
  const events = [1, 2, 3].map((number) => ({ type: 'test-counted', subject: `batch-${number}`, data: { add: number } }));
  const id = await post('/v1/batches', { id: 'of-subjects', events });
  await save('batch-of-subjects', workflowOf(id));
  await save('batch-of-subjects-unit', (await read(`${id}_0`)).workflow.id);
}

/** Paused while it runs, resumed, and cancelled. */
export async function recordSteeredBatch({ post, request, save }: Recorder): Promise<void> {
  const events = Array.from({ length: 8 }, () => ({ type: 'test-slow-work', data: { ms: 300 } }));
  const id = await post('/v1/batches', { id: 'steered', events, maxParallel: 2 });
  for (const [step, status] of [
    ['pause', 'paused'],
    ['resume', 'running'],
    ['cancel', 'cancelled'],
  ] as const) {
    await request(`/v1/batches/${id}/${step}`, { method: 'POST' });
    await until(`it is ${status}`, async () => (await (await request(`/v1/batches/${id}`)).text()).includes(`"status":"${status}"`));
  }
  await save('batch-steered', workflowOf(id));
}

/** What failed runs again. */
export async function recordRetriedBatch({ post, request, save }: Recorder): Promise<void> {
  const id = await post('/v1/batches', { id: 'retried', events: [NOISE, { type: 'test-failing', data: { how: 'permanently' } }] });
  const status = async (): Promise<string> => (await request(`/v1/batches/${id}`)).text();
  await until('it has ended', async () => (await status()).includes('"status":"partial"'));
  await request(`/v1/batches/${id}/retry-failed`, { method: 'POST' });
  await until('it has ended again', async () => (await status()).includes('"status":"partial"'));
  await save('batch-retried', workflowOf(id));
}
