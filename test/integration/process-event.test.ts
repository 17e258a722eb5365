import { Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { Webhook } from 'standardwebhooks';
import { expect, it, onTestFinished } from 'vitest';
import { findChunk } from '../../temporal/read-chunk.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { toChunk } from '../../domain/chunk.ts';
import { CANCEL_UPDATE, TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { testEngine } from '../support/test-engine.ts';
import { WEBHOOK_SECRET } from '../support/service.ts';
import { until } from '../support/until.ts';
import { requestsTo } from '../support/requests.ts';
import { useReceiver, useService } from '../support/use-service.ts';

const service = useService();
const { post, submitEvent, readEvent: read, calledBack: ended } = requestsTo(service);
const receiver = useReceiver();

it('runs the stages of a light event in one workflow task and sends one signed callback', async () => {
  // The first of a process takes longest, and a critical event's task is given up after a second.
  await post('/v1/events', { type: 'joy', data: { intensity: 0.3 } }, { prefer: 'wait=30' });
  const { id } = await submit({ type: 'shock', tier: 'normal', data: { intensity: -0.8 } });

  const event = await ended(id);

  expect(event).toMatchObject({
    status: 'completed',
    attempts: { meaning: 1, decision: 1, action: 1 },
    result: { meaning: { significance: 1, pattern: 'dampen' }, decision: { pattern: 'dampen' } },
    callback: { status: 'delivered', attempts: [{ status: 200 }] },
    workflow: { url: expect.stringMatching(/^http:\/\/ui\.example\/namespaces\/[^/]+\/workflows\/e~/) },
  });
  expect(await eventTypes(id)).toEqual([
    'started',
    'task-scheduled',
    'task-started',
    'task-completed',
    // Stages and callback in one local activity.
    'marker',
    'memo',
    'completed',
  ]);
  expect(receiver.requests).toHaveLength(1);
  const [request] = receiver.requests;
  const message = new Webhook(WEBHOOK_SECRET).verify(request?.text ?? '', request?.headers as Record<string, string>);
  expect(message).toMatchObject({ type: 'event.completed', data: { id, status: 'completed', result: event.result } });
});

it('runs the stages of any light event in one local activity', async () => {
  const { id } = await submit({ type: 'test-counted', data: { add: 1 } });

  expect(await ended(id)).toMatchObject({ status: 'completed', result: { action: 1 }, callback: { status: 'delivered' } });
  expect(await eventTypes(id)).toEqual(['started', 'task-scheduled', 'task-started', 'task-completed', 'marker', 'memo', 'completed']);
});

it('shows the event as completed, but not recorded, to a receiver that reads it before it answers', async () => {
  const seen: EventResource[] = [];
  receiver.respond(async (request) => {
    seen.push(await read(JSON.parse(request.text).data.id));
    return 204;
  });

  const { id } = await submit({ type: 'noise', data: { intensity: 0.3 } });

  expect(await ended(id)).not.toHaveProperty('recorded');
  expect(seen).toMatchObject([{ status: 'completed', recorded: false }]);
});

it('tries a failing stage again as its type says, and then fails with the error, its cause and a callback', async () => {
  const { id } = await submit({ type: 'test-failing', data: { how: 'always' } });

  const event = await ended(id);

  expect(event).toMatchObject({
    status: 'failed',
    stage: 'action',
    attempts: { meaning: 1, decision: 0, action: 3 },
    error: { code: 'handler_failed', message: 'attempt 3 failed', stage: 'action', retryable: true },
    result: { meaning: { how: 'always' } },
    callback: { status: 'delivered' },
  });
  expect(JSON.parse(receiver.requests[0]?.text ?? '{}')).toMatchObject({ type: 'event.failed', data: { id, error: event.error } });
  const description = await service.client.workflow.getHandle(id).describe();
  expect(description.status.name).toBe('FAILED');
  expect(description.searchAttributes['Cause']).toEqual([expect.stringMatching(/^test-failing:action:handler_failed~/)]);
});

it.each([
  ['permanently', 'told_to_fail', 1],
  ['hugely', 'result_too_large', 1],
  ['slowly', 'timeout', 3],
] as const)('ends a stage that fails %s with the code %s after %i attempts', async (how, code, attempts) => {
  const { id } = await submit({ type: 'test-failing', data: { how } });

  expect(await ended(id)).toMatchObject({ status: 'failed', error: { code, stage: 'action' }, attempts: { action: attempts } });
});

it.each([
  ['twice', 3],
  ['later', 2],
] as const)('completes an event whose stage fails %s, at attempt %i', async (how, attempt) => {
  const { id } = await submit({ type: 'test-failing', data: { how } });

  expect(await ended(id)).toMatchObject({ status: 'completed', attempts: { action: attempt }, result: { action: { attempt } } });
});

it('records first and calls back then, where the type says so', async () => {
  const { id } = await submit({ type: 'test-recorded', data: {} });

  expect(await ended(id)).toMatchObject({ status: 'completed', callback: { status: 'delivered', attempts: [{ status: 200 }] } });
  expect(receiver.requests).toHaveLength(1);
});

it('answers a waiting POST with the recorded result where the type says so', async () => {
  const response = await post('/v1/events', { type: 'test-recorded', data: {} }, { prefer: 'wait=10' });

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'completed', result: { action: { done: true } } });
});

it('runs a heavy event as activities, shows their progress, and calls back when it is recorded', async () => {
  const { id } = await submit({ type: 'test-slow-work', data: { ms: 600 } });

  await until('progress is shown', async () => ((await read(id)).progress?.percent ?? 0) > 0);
  const event = await ended(id);

  expect(event).toMatchObject({ status: 'completed', result: { action: { worked: 600 } }, callback: { status: 'delivered' } });
  expect(await eventTypes(id)).toContain('activity-completed');
});

it('tells a receiver that asks for it of the progress of a heavy event, and of its end last', async () => {
  const { id } = await submit({ type: 'test-slow-work', data: { ms: 3_000 } }, { progress: true });

  const event = await ended(id);

  const messages = receiver.requests.map(({ text }) => JSON.parse(text) as { type: string; data: EventResource });
  expect(messages.length).toBeGreaterThan(1);
  expect(messages.map(({ type }) => type)).toEqual([...messages.slice(1).map(() => 'event.progress'), 'event.completed']);
  const percents = messages.map(({ data }) => data.progress?.percent ?? 0);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(messages.length);
  expect(event).toMatchObject({ progress: { percent: 100 }, callback: { attempts: [{ status: 200 }] } });
});

it('cancels a heavy event in the middle of its work and tells its receiver', async () => {
  const { id } = await submit({ type: 'test-slow-work', data: { ms: 60_000 } });
  await until('it works', async () => (await read(id)).status === 'running');

  const cancelled = await post(`/v1/events/${id}/cancel`, {});
  const event = await ended(id);

  expect(cancelled.status).toBe(202);
  expect(event).toMatchObject({
    status: 'cancelled',
    data: { ms: 60_000 },
    startedAt: expect.any(String),
    timings: { queuedMs: expect.any(Number), runMs: expect.any(Number) },
    callback: { status: 'delivered' },
  });
  expect(JSON.parse(receiver.requests[0]?.text ?? '{}')).toMatchObject({ type: 'event.cancelled' });
  expect((await service.client.workflow.getHandle(id).describe()).status.name).toBe('CANCELLED');
});

it('ends as cancelled what was to, though its last stage came to its end before it heard of that', async () => {
  // A stage hears of it with a heartbeat, a second after it began at the earliest.
  const { id } = await submit({ type: 'test-deaf-work', data: { ms: 900 } });
  await until('it works', async () => (await read(id)).status === 'running');

  const cancelled = await post(`/v1/events/${id}/cancel`, {});
  const event = await ended(id);

  expect(cancelled.status).toBe(202);
  expect(event).toMatchObject({ status: 'cancelled', result: { action: 'done' }, error: null });
  expect(JSON.parse(receiver.requests[0]?.text ?? '{}')).toMatchObject({ type: 'event.cancelled' });
});

it('cancels a light event that waits for its time, without running a stage', async () => {
  const { id } = await submit({ type: 'noise', data: { intensity: 0.3 }, delayMs: 60_000 });

  expect((await post(`/v1/events/${id}/cancel`, {})).status).toBe(202);
  expect(await ended(id)).toMatchObject({ status: 'cancelled', attempts: { meaning: 0 }, result: null });
});

it.each([
  ['a quick event', 'noise'],
  ['an event of single stages', 'test-counted'],
])('refuses to cancel %s whose first task was lost: its stages may have run in it, and its callback gone out', async (_what, type) => {
  const id = await startedAndLost({ type, data: type === 'noise' ? { intensity: 0.3 } : { add: 1 } });
  const update = service.client.workflow.getHandle(id).executeUpdate(CANCEL_UPDATE);

  await expect(update).rejects.toMatchObject({ cause: { type: 'not_cancellable' } });
  expect(await ended(id)).toMatchObject({ status: 'completed', callback: { status: 'delivered' } });
  const messages = receiver.requests.map(({ text }) => JSON.parse(text) as { type: string; data: EventResource });
  expect(messages.filter(({ data }) => data.id === id).map((message) => message.type)).toEqual(['event.completed']);
  expect(await (await post(`/v1/events/${id}/cancel`, {})).json()).toMatchObject({ status: 409, code: 'already_ended' });
});

it('cancels a delayed event whose first task was lost', async () => {
  const id = await startedAndLost({ type: 'noise', data: { intensity: 0.3 } }, { delayMs: 60_000 });

  await service.client.workflow.getHandle(id).executeUpdate(CANCEL_UPDATE);
  expect(await ended(id)).toMatchObject({ status: 'cancelled', attempts: { meaning: 0 }, result: null });
});

it('does not say whether an event is cancelled as long as nobody has decided it', async () => {
  const like = await acceptedLike({ type: 'test-slow-work', data: { ms: 0 } });
  const id = `${like.id}-waiting`;
  const handle = await service.client.workflow.start(WORKFLOWS.processChunk, {
    workflowId: id,
    taskQueue: 'nobody',
    args: [toChunk([{ ...like, id }])],
    workflowTaskTimeout: '1s',
  });

  const answer = await post(`/v1/events/${id}/cancel`, {});
  await handle.terminate();

  expect(await answer.json()).toMatchObject({ status: 503, code: 'engine_unavailable' });
});

it('does not say whether an event is cancelled whose task fails', async () => {
  const like = await acceptedLike({ type: 'test-slow-work', data: { ms: 0 } });
  const id = `${like.id}-failing`;
  // As a fault of ours would have it: the workflow can't go on with such a plan.
  const args = [toChunk([{ ...like, id, plan: { ...like.plan, limits: [null] } } as unknown as AcceptedEvent])];
  const options = { workflowId: id, taskQueue: TASK_QUEUES.heavy, args, workflowTaskTimeout: '1s' } as const;
  const handle = await service.client.workflow.start(WORKFLOWS.processChunk, options);
  await until('its task has failed several times', async () => {
    const { raw } = await handle.describe();
    return (raw.pendingWorkflowTask?.attempt ?? 0) > 3;
  });

  const answer = await post(`/v1/events/${id}/cancel`, {});
  await handle.terminate();

  expect(await answer.json()).toMatchObject({ status: 503, code: 'engine_unavailable' });
});

it('hands a callback that is refused over to a delivery of its own, which sends the same message until it is taken', async () => {
  receiver.respond((_request, index) => (index < 2 ? 500 : 200));

  const { id } = await submit({ type: 'noise', data: { intensity: 0.3 } });
  const event = await until('the callback is delivered', async () => {
    const current = await read(id);
    return current.callback.status === 'delivered' && current;
  });

  expect(event.callback.attempts.map(({ status }) => status)).toEqual([500, 500, 200]);
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(receiver.requests.map(({ text }) => text)).size).toBe(1);
});

it('gives a callback up when its schedule is over, and leaves the event as completed', async () => {
  receiver.respond(() => 404);

  const { id } = await submit({ type: 'noise', data: { intensity: 0.3 } });
  const event = await until('the callback has failed', async () => {
    const current = await read(id);
    return current.callback.status === 'failed' && current;
  });

  expect(event).toMatchObject({ status: 'completed' });
  expect(event.callback.attempts.map(({ status, error }) => [status, error])).toEqual(Array.from({ length: 3 }, () => [404, 'http_404']));
});

it('reads an event whose workflow was ended from outside as failed', async () => {
  const { id } = await submit({ type: 'noise', data: { intensity: 0.3 }, delayMs: 60_000 });
  await service.client.workflow.getHandle(id).terminate('by hand');

  expect(await read(id)).toMatchObject({ id, status: 'failed', error: { code: 'terminated' }, callback: { status: 'failed' } });
});

it('reads an event cancelled in the engine as cancelled, and tells its receiver', async () => {
  const { id } = await submit({ type: 'noise', data: { intensity: 0.3 }, delayMs: 60_000 });
  await service.client.workflow.getHandle(id).cancel();

  expect(await ended(id)).toMatchObject({ status: 'cancelled', callback: { status: 'delivered' } });
});

async function submit(event: Record<string, unknown>, options: { readonly progress?: boolean } = {}): Promise<{ readonly id: string }> {
  return { id: await submitEvent({ ...event, callback: { url: receiver.url, ...options } }) };
}

/** What the API gave to the workflow of such an event. */
async function acceptedLike(event: Record<string, unknown>): Promise<AcceptedEvent> {
  const { id } = await submit(event);
  await ended(id);
  const [like] = (await findChunk(service.client, { workflowId: id }))?.events ?? [];
  if (like === undefined) throw new Error(`"${id}" is gone`);
  return like;
}

/** An event whose first task the engine handed to a process that ended with it. */
async function startedAndLost(event: Record<string, unknown>, fields: Partial<AcceptedEvent> = {}): Promise<string> {
  const like = await acceptedLike(event);
  const id = `${like.id}-lost`;
  const accepted = toChunk([{ ...like, ...fields, id, acceptedAtMs: Date.now() }]);
  // Not the connection that a worker shares, which would be given the task.
  const { address, namespace } = testEngine();
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  const { eagerWorkflowTask } = await connection.workflowService.startWorkflowExecution({
    namespace,
    workflowId: id,
    workflowType: { name: WORKFLOWS.processChunk },
    taskQueue: { name: TASK_QUEUES.light },
    input: { payloads: [defaultPayloadConverter.toPayload(accepted)] },
    requestId: id,
    workflowTaskTimeout: proto.google.protobuf.Duration.fromObject({ seconds: 1 }),
    requestEagerExecution: true,
  });
  expect(eagerWorkflowTask).toBeTruthy();
  return id;
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'started',
  2: 'completed',
  5: 'task-scheduled',
  6: 'task-started',
  7: 'task-completed',
  12: 'activity-completed',
  25: 'marker',
  46: 'memo',
};

async function eventTypes(id: string): Promise<readonly string[]> {
  const { events } = await service.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).map(({ eventType }) => NAMES[eventType ?? 0] ?? String(eventType));
}
