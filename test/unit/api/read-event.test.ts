import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { describe, expect, it } from 'vitest';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { createTemporalEventService } from '../../../api/temporal/temporal-event-service.ts';
import { toChunk } from '../../../domain/chunk.ts';
import type { EventResource } from '../../../domain/event-resource.ts';
import { acceptRun, beginAttempt, completeStage, endRun, markStarted } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { acceptedEvent, lightPlan, NOON_MS } from '../domain/event-samples.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';

const { EventType } = proto.temporal.api.enums.v1;

const light = acceptedEvent({ plan: { ...lightPlan, stages: ['action'] } });
const heavy = { ...light, plan: { ...light.plan, weight: 'heavy', respondAfterRecord: true } } as const;
const key = { tenant: light.tenant, id: light.id };
const workflow = { id: light.id, runId: 'run-1' };

/** A service whose engine has the event's workflow open, and nobody who would answer a query of it. */
function service(event: typeof light) {
  const input = { payloads: [defaultPayloadConverter.toPayload(toChunk([event]))] };
  const client = {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflow: {
      getHandle: () => ({ query: () => Promise.reject(new Error('busy')), describe: async () => ({ raw: {}, runId: workflow.runId }) }),
    },
    workflowService: {
      getWorkflowExecutionHistoryReverse: async () => ({
        history: { events: [{ eventType: EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED }] },
      }),
      describeTaskQueue: async () => ({ pollers: [{ lastAccessTime: { seconds: Date.now() / 1_000 } }] }),
      getWorkflowExecutionHistory: async () => ({ history: { events: [{ workflowExecutionStartedEventAttributes: { input } }] } }),
    },
  } as unknown as Client;
  const liveRuns = createLiveRuns();
  const events = createTemporalEventService({
    now: Date.now,
    client,
    liveRuns,
    address: 'nowhere',
    uiUrl: null,
    queues: [],
    stopping: new AbortController().signal,
    items: { item: async () => null, acceptedItem: async () => null, cancelItem: async () => 'not_found', whyItem: async () => null },
    onEagerMiss: () => undefined,
    observeEnd: () => undefined,
    inFlight: () => 0,
    callbacksUnderWay: () => 0,
    runAhead: () => undefined,
    withdraw: () => false,
  });
  return { events, liveRuns };
}

function completed(event: typeof light): EventRun {
  const run = markStarted(beginAttempt(acceptRun(event), 'action'), NOON_MS + 5);
  return endRun(completeStage(run, 'action', 'done'), { status: 'completed', endedAtMs: NOON_MS + 10 });
}

describe('an event whose stages have ended in this process, which the engine has not heard of', () => {
  it('goes on where it records first, for who reads and for who watches it: it may yet be tried again, or fail', async () => {
    const { events, liveRuns } = service(heavy);
    const told: EventResource[] = [];
    events.listen(key, (resource) => told.push(resource));

    liveRuns.observe(completed(heavy), workflow);

    const shown = await events.get(key);
    expect(shown).toMatchObject({
      status: 'running',
      stage: 'action',
      completedAt: null,
      result: null,
      startedAt: '2026-01-01T12:00:00.005Z',
    });
    expect(shown).not.toHaveProperty('recorded');
    expect(told.map(({ status }) => status)).not.toContain('completed');
    expect(await events.why(key)).not.toMatchObject({ reason: 'ended' });
    expect(await events.redeliver(key)).toBe('nothing_sent');
  });

  it('has ended where it is light, and says that this is not recorded', async () => {
    const { events, liveRuns } = service(light);
    const told: EventResource[] = [];
    events.listen(key, (resource) => told.push(resource));

    liveRuns.observe(completed(light), workflow);

    expect(await events.get(key)).toMatchObject({ status: 'completed', recorded: false, result: { action: 'done' } });
    expect(told).toMatchObject([{ status: 'completed', recorded: false }]);
  });

  it('is only accepted for another process', async () => {
    expect(await service(light).events.get(key)).toMatchObject({ status: 'accepted' });
  });
});
