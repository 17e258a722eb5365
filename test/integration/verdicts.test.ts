import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CallbackRecord } from '../../domain/callback-record.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { until } from '../support/until.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

interface Body {
  readonly timestamp: string;
  readonly recordedAt: string;
  readonly data: EventResource;
}

const service = useService();
const { readEvent: read } = requestsTo(service);
const receiver = useReceiver();

it('repeats a verdict under the same id where a rerun comes to it again, and the body differs in times only', async () => {
  const [first, second] = await runTwice({ anew: false });

  expect(second.id).toBe(first.id);
  expect(Date.parse(second.body.recordedAt)).toBeGreaterThan(Date.parse(first.body.recordedAt));
  expect(withoutTimes(second.body)).toEqual(withoutTimes(first.body));
});

it('sends another verdict that a rerun comes to under another id, and says which is the later one', async () => {
  const [first, second] = await runTwice({ anew: true });
  const shown = await read(first.body.data.id);

  expect(second.id).not.toBe(first.id);
  expect(second.body.data.result).not.toEqual(first.body.data.result);
  expect(Date.parse(second.body.recordedAt)).toBeGreaterThan(Date.parse(first.body.recordedAt));
  expect(shown).toMatchObject({ result: second.body.data.result, completedAt: second.body.recordedAt });
});

it('sends again what the process that had it under way took with it', async () => {
  const [callback, tenant, owner, recordedAt] = [target(), 'default', `crashed-${randomUUID()}`, '2026-01-01T12:00:01.000Z'];
  const message = { type: 'event.failed', timestamp: recordedAt, recordedAt, data: { id: owner, status: 'failed' } };
  const delivery = await service.client.workflow.start(WORKFLOWS.deliverCallback, {
    workflowId: `${owner}~callback.1`,
    taskQueue: TASK_QUEUES.heavy,
    args: [
      {
        target: { kind: 'event', tenant, owner, run: 1, callback },
        message,
        begin: { kind: 'awaiting-report', sender: 'sender~gone' },
        attempts: [],
      },
    ],
  });
  const record = (await delivery.result()) as CallbackRecord;

  expect(record).toMatchObject({ status: 'delivered', attempts: [{ status: 200 }] });
  expect(receiver.requests.map(({ text }) => JSON.parse(text))).toEqual([message]);
});

/** Has an event run, and then once more, as after a crash that nothing of its run outlasted; the callbacks of both. */
async function runTwice(data: { readonly anew: boolean }) {
  const response = await service.app.request('/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'test-reached', data, callback: { url: receiver.url } }),
  });
  const { id } = (await response.json()) as { readonly id: string };
  const handle = service.client.workflow.getHandle(id);
  const { runId } = await until('it is recorded', async () => {
    const description = await handle.describe();
    return description.status.name === 'COMPLETED' && description;
  });
  const { events } = await handle.fetchHistory();
  const firstTask = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await service.client.workflowService.resetWorkflowExecution({
    namespace: service.client.options.namespace,
    workflowExecution: { workflowId: id, runId },
    workflowTaskFinishEventId: firstTask?.eventId ?? null,
    reason: 'run again',
    requestId: randomUUID(),
  });
  await receiver.waitFor((requests) => requests.length === 2);
  await handle.result();
  const [first, second] = receiver.requests.map(({ headers, text }) => ({ id: headers['webhook-id'], body: JSON.parse(text) as Body }));
  if (first === undefined || second === undefined) throw new Error('there are no two callbacks');
  return [first, second] as const;
}

function target() {
  return { url: receiver.url, headers: {}, progress: false };
}

function withoutTimes({ data, ...body }: Body) {
  const { startedAt: _started, completedAt: _completed, timings: _timings, workflow, ...rest } = data;
  return { ...body, timestamp: '', recordedAt: '', data: { ...rest, workflow: { ...workflow, runId: '' } } };
}
