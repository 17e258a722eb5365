import type { Client } from '@temporalio/client';
import type { Breaker } from '../../domain/breaker.ts';
import { destinationWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { parkedQuery } from '../../temporal/parked-query.ts';
import type { Destination, DestinationInput } from '../../domain/destination.ts';
import { BREAKER_QUERY, RESUME_UPDATE, WORKFLOWS } from '../../temporal/durable/names.ts';
import { allOf, is, isOfType, isOpen } from '../../temporal/list-query.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { DestinationResource } from '../../domain/destination-resource.ts';
import type { DestinationService } from '../destination-service.ts';
import { pageById } from './page-by-id.ts';
import { askIfOpen } from '../../temporal/ask-workflow.ts';
import { callEngine, ifFound, readEngine } from '../../temporal/engine-call.ts';
import { readWorkflowInput } from '../../temporal/history.ts';
import { listIds } from '../../temporal/list-by-id.ts';

const CALL_TIMEOUT_MS = 2_000;
const READS_AT_ONCE = 8;

/** Destinations watched by a workflow each. */
export function createTemporalDestinationService(client: Client, connectionsTo: (origin: string) => number): DestinationService {
  async function read(destination: Destination): Promise<DestinationResource | null> {
    const breaker = await readBreaker(client, destination);
    if (breaker === null) return null;
    const { phase, failures } = breaker;
    const nextProbeAtMs = phase.state === 'open' ? phase.nextProbeAtMs : null;
    const { count } = await readEngine(client, CALL_TIMEOUT_MS, () => client.workflow.count(parkedQuery(destination)));
    return {
      origin: destination.origin,
      state: phase.state,
      parked: count,
      failures,
      connections: connectionsTo(destination.origin),
      nextProbeAt: nextProbeAtMs === null ? null : new Date(nextProbeAtMs).toISOString(),
    };
  }

  return {
    async list({ tenant, limit, cursor }) {
      const query = allOf(isOfType(WORKFLOWS.watchDestination), isOpen(), is('Tenant', tenant));
      const { shown, nextCursor } = pageById(await listIds(client, query), { limit, cursor });
      const items = await mapAtMost(shown, READS_AT_ONCE, async (workflowId) => {
        // The whole origin, of which a very long one's workflow id has but the beginning.
        const { destination } = await readWorkflowInput<DestinationInput>(client, { workflowId });
        return read(destination);
      });
      return { items: items.filter((item) => item !== null), nextCursor };
    },

    resume(destination) {
      return ifFound(async () => {
        const handle = client.workflow.getHandle(destinationWorkflowId(destination));
        await callEngine(client, CALL_TIMEOUT_MS, () => handle.executeUpdate(RESUME_UPDATE));
        return read(destination);
      });
    },
  };
}

/** Null for a destination that is not in trouble. */
export function readBreaker(client: Client, destination: Destination): Promise<Breaker | null> {
  return askIfOpen(client, destinationWorkflowId(destination), { query: BREAKER_QUERY, timeoutMs: CALL_TIMEOUT_MS });
}
