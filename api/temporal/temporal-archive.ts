import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { BatchResource } from '../../domain/batch-resource.ts';
import { TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import type { WorkflowType } from '../../temporal/durable/names.ts';
import { archivedBatchWorkflowId, archivedJobWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import { allOf, is, isOfType, isOpen, oneOf } from '../../temporal/list-query.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { Archive, Shelf } from '../archive.ts';
import type { EventKey } from '../event-service.ts';
import { fromListCursor, toListCursor } from './list-cursor.ts';
import { callEngine, ifFound } from '../../temporal/engine-call.ts';
import { readWorkflowEnd, readWorkflowInput } from '../../temporal/history.ts';
import { listNewest } from '../../temporal/list-newest.ts';
import { listWorkflows } from '../../temporal/list-workflows.ts';

const START_TIMEOUT_MS = 5_000;
const READS_AT_ONCE = 8;

/** An archive that is a workflow for each thing in it, which stays open: closed ones are forgotten by the engine. */
export function createTemporalArchive(client: Client): Archive {
  return {
    events: createShelf<EventResource>(client, {
      workflowType: WORKFLOWS.keepJob,
      workflowIdOf: archivedJobWorkflowId,
      batchIdOf: ({ batchId }) => batchId,
    }),
    batches: createShelf<BatchResource>(client, {
      workflowType: WORKFLOWS.keepBatch,
      workflowIdOf: archivedBatchWorkflowId,
      batchIdOf: () => null,
    }),
  };
}

interface ShelfOptions<Resource> {
  readonly workflowType: WorkflowType;
  readonly workflowIdOf: (key: EventKey) => string;
  readonly batchIdOf: (resource: Resource) => string | null;
}

type Keepable = Pick<EventResource & BatchResource, 'id' | 'tenant' | 'run' | 'acceptedAt'>;

function createShelf<Resource extends Keepable>(client: Client, options: ShelfOptions<Resource>): Shelf<Resource> {
  const { workflowType, workflowIdOf, batchIdOf } = options;

  async function start(resource: Resource, workflowIdConflictPolicy: 'FAIL' | 'TERMINATE_EXISTING'): Promise<void> {
    const batchId = batchIdOf(resource);
    await callEngine(client, START_TIMEOUT_MS, () =>
      client.workflow.start(workflowType, {
        workflowId: workflowIdOf(resource),
        taskQueue: TASK_QUEUES.heavy,
        args: [resource],
        workflowIdConflictPolicy,
        startDelay: '365 days',
        typedSearchAttributes: toSearchAttributes({
          Kind: 'internal',
          Tenant: resource.tenant,
          ...(batchId !== null && { BatchId: batchId }),
        }),
        staticSummary: `"${resource.id}", archived`,
      }),
    );
  }

  async function read(workflowId: string): Promise<Resource | null> {
    const end = await readWorkflowEnd(client, { workflowId });
    if (end?.kind !== 'open') return null;
    return await readWorkflowInput<Resource>(client, { workflowId });
  }

  function queryOf(...conditions: readonly string[]): string {
    return allOf(isOfType(workflowType), isOpen(), ...conditions);
  }

  return {
    async put(resource) {
      try {
        await start(resource, 'FAIL');
        return true;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const kept = await read(workflowIdOf(resource));
      if (kept !== null && kept.acceptedAt !== resource.acceptedAt) return false;
      if (kept?.run !== resource.run) await start(resource, 'TERMINATE_EXISTING');
      return true;
    },

    get: (key) => read(workflowIdOf(key)),

    async among(tenant, ids) {
      if (ids.length === 0) return new Set();
      const byWorkflow = new Map(ids.map((id) => [workflowIdOf({ tenant, id }), id]));
      const query = queryOf(oneOf('WorkflowId', [...byWorkflow.keys()]));
      const { workflows } = await listWorkflows(client, { query, pageSize: ids.length });
      return new Set(workflows.flatMap(({ workflowId }) => byWorkflow.get(workflowId) ?? []));
    },

    async list({ tenant, batchId, limit, cursor }) {
      const ofBatch = batchId === undefined ? [] : [is('BatchId', batchId)];
      const query = queryOf(is('Tenant', tenant), ...ofBatch);
      const { shown, next } = await listNewest(client, { query, count: limit, place: fromListCursor(cursor) });
      const items = await mapAtMost(shown, READS_AT_ONCE, ({ workflowId }) => read(workflowId));
      return { items: items.filter((item) => item !== null), nextCursor: next && toListCursor(next) };
    },

    async takeOut(key) {
      const handle = client.workflow.getHandle(workflowIdOf(key));
      return (await ifFound(() => callEngine(client, START_TIMEOUT_MS, () => handle.terminate('taken out')))) !== null;
    },
  };
}
