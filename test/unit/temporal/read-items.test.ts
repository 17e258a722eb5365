import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import proto from '@temporalio/proto';
import { expect, it } from 'vitest';
import { createLiveRuns } from '../../../api/live-runs.ts';
import { readItems } from '../../../api/temporal/read-items.ts';
import { loadedDataConverter } from '../../support/loaded-data-converter.ts';
import { acceptedEvent, lightPlan } from '../domain/event-samples.ts';

const batch = { tenant: 'default', id: 'batch-1' };
const heavy = acceptedEvent({ id: 'batch-1_0', plan: { ...lightPlan, weight: 'heavy' } });
const page = { marks: 'r', kinds: '3', units: ['0'] };

/** An engine that has a page, and its one unit from the second time on that it is asked for it. */
function engine(): Client {
  let asked = 0;
  const read = async ({ execution: { workflowId } }: { readonly execution: { readonly workflowId: string } }) => {
    if (workflowId.includes('.page.')) return startedWith({ items: [{ kind: 'event', event: heavy }] });
    asked += 1;
    if (asked === 1) throw new WorkflowNotFoundError('not yet', workflowId, undefined);
    return startedWith({ page: 'the page', offset: 0, run: 1, unit: { page: 0, number: 0 } });
  };
  return {
    options: { namespace: 'default', loadedDataConverter },
    withDeadline: (_deadlineMs: number, call: () => unknown) => call(),
    workflowService: { getWorkflowExecutionHistory: read, getWorkflowExecutionHistoryReverse: read },
  } as unknown as Client;
}

function startedWith(input: unknown) {
  const event = {
    eventType: proto.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    workflowExecutionStartedEventAttributes: {
      input: { payloads: [defaultPayloadConverter.toPayload(input)] },
      originalExecutionRunId: 'run-1',
    },
  };
  return { history: { events: [event] }, nextPageToken: new Uint8Array() };
}

it('shows an item as begun whose own workflow comes while it is read', async () => {
  const view = { upload: 'u', pages: [page], cancelledAtMs: null };
  const asked = { batch, view, page, number: 0, firstIndex: 0, offsets: [0] };
  const [item] = await readItems(engine(), createLiveRuns(), asked as unknown as Parameters<typeof readItems>[2]);
  expect(item).toMatchObject({ id: 'batch-1_0', status: 'running' });
});
