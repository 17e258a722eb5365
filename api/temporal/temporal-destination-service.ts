import type { Client } from '@temporalio/client';
import type { Breaker } from '../../domain/breaker.ts';
import { destinationWorkflowId, parkedQuery } from '../../domain/destination.ts';
import type { Destination, DestinationInput } from '../../domain/destination.ts';
import { BREAKER_QUERY, RESUME_UPDATE } from '../../domain/durable-names.ts';
import { toKeyword } from '../../domain/keyword.ts';
import type { DestinationResource, DestinationService } from '../destination-service.ts';
import { callEngine, isNotFound, readEngine } from './engine-call.ts';
import { readWorkflowInput } from './history.ts';

const CALL_TIMEOUT_MS = 2_000;
const MAX_LISTED = 200;

/** Destinations watched by a workflow each. */
export function createTemporalDestinationService(client: Client): DestinationService {
  async function read(destination: Destination): Promise<DestinationResource | null> {
    const breaker = await readBreaker(client, destination);
    if (breaker === null) return null;
    const { phase, failures } = breaker;
    const nextProbeAtMs = phase.state === 'parked' ? phase.nextProbeAtMs : null;
    const { count } = await readEngine(client, CALL_TIMEOUT_MS, () => client.workflow.count(parkedQuery(destination)));
    return {
      origin: destination.origin,
      state: phase.state,
      parked: count,
      failures,
      nextProbeAt: nextProbeAtMs === null ? null : new Date(nextProbeAtMs).toISOString(),
    };
  }

  return {
    async list(tenant) {
      const query = `WorkflowType = 'watchDestination' AND ExecutionStatus = 'Running' AND Tenant = '${toKeyword(tenant)}'`;
      const response = await readEngine(client, CALL_TIMEOUT_MS, () =>
        client.workflowService.listWorkflowExecutions({ namespace: client.options.namespace, pageSize: MAX_LISTED, query }),
      );
      const ids = (response.executions ?? []).flatMap(({ execution }) => execution?.workflowId ?? []);
      // The whole origin, of which a very long one's workflow id has but the beginning.
      const inputs = await Promise.all(ids.map((workflowId) => readWorkflowInput(client, { workflowId }) as Promise<DestinationInput>));
      const items = await Promise.all(inputs.map(({ destination }) => read(destination)));
      return items.filter((item) => item !== null).toSorted((a, b) => (a.origin < b.origin ? -1 : 1));
    },

    async resume(destination) {
      try {
        const handle = client.workflow.getHandle(destinationWorkflowId(destination));
        await callEngine(client, CALL_TIMEOUT_MS, () => handle.executeUpdate(RESUME_UPDATE));
        return await read(destination);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
  };
}

/** Null for a destination that is not in trouble. */
export async function readBreaker(client: Client, destination: Destination): Promise<Breaker | null> {
  try {
    const handle = client.workflow.getHandle(destinationWorkflowId(destination));
    const { status } = await readEngine(client, CALL_TIMEOUT_MS, () => handle.describe());
    if (status.name !== 'RUNNING') return null;
    return await readEngine(client, CALL_TIMEOUT_MS, () => handle.query<Breaker>(BREAKER_QUERY));
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
