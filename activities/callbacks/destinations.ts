import type { Client } from '@temporalio/client';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { BreakerPhase, BreakerSettings } from '../../domain/breaker.ts';
import { createBreaker } from '../../domain/breaker.ts';
import type { CallbackAttempt } from '../../domain/delivery.ts';
import { isGone, isUnwell } from '../../domain/delivery.ts';
import { destinationWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { Destination, DestinationInput, DestinationReport } from '../../domain/destination.ts';
import { BREAKER_MEMO, REPORT_ATTEMPT_UPDATE, TASK_QUEUES, WORKFLOWS } from '../../temporal/durable/names.ts';
import { isNotFound } from '../../temporal/engine-call.ts';
import { HANGS_AFTER_MS } from '../../domain/origin.ts';
import { within } from '../../runtime/within.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import { ATTEMPT_TIMEOUT_MS } from './post-callback.ts';

/** `none`: nothing is wrong with it, as far as the cluster knows. */
export type DestinationState = BreakerPhase['state'] | 'none';

/**
 * What the cluster knows of destinations. A healthy one costs the engine one read a process; only one that fails has a
 * workflow, which is told of failures, and of a success after them.
 */
export interface Destinations {
  /** As it was at most 10 s ago, or 2 s where it was in trouble. */
  stateOf(destination: Destination): Promise<DestinationState>;
  /**
   * The state after the attempt.
   * @param mayBeTroubled whatever this process knows of it
   */
  note(destination: Destination, attempt: CallbackAttempt, mayBeTroubled: boolean): Promise<DestinationState>;
  /** So many attempts are open and won't be answered soon: each is a failure, and is told again as what it comes to. */
  noteHang(destination: Destination, open: number): Promise<DestinationState>;
}

// A probe needs a connection, and those are open until the attempts that hang are over.
const UNTIL_FREE_MS = ATTEMPT_TIMEOUT_MS - HANGS_AFTER_MS;
const CALL_TIMEOUT_MS = 2_000;
const READ_TIMEOUT_MS = 2_000;
// A ride waits for it inside a workflow task; what comes later is known to the next one.
const PATIENCE_MS = 300;
const TRUST_MS = 10_000;
const TRUST_TROUBLE_MS = 2_000;
const MAX_KNOWN = 10_000;

export function createDestinations(client: Client, settings: BreakerSettings, now: () => number): Destinations {
  const known = new LRUCache<string, { readonly state: DestinationState; readonly atMs: number }>({ max: MAX_KNOWN });
  const looks = new Map<string, Promise<DestinationState | null>>();

  function learn(workflowId: string, state: DestinationState): DestinationState {
    known.set(workflowId, { state, atMs: now() });
    return state;
  }

  async function report(destination: Destination, given: DestinationReport): Promise<DestinationState> {
    const args: [DestinationReport] = [given];
    const workflowId = destinationWorkflowId(destination);
    const call = async (): Promise<{ readonly state: DestinationState }> => {
      if (given.well) return client.workflow.getHandle(workflowId).executeUpdate(REPORT_ATTEMPT_UPDATE, { args });
      const startWorkflowOperation = toStart(destination, settings);
      return client.workflow.executeUpdateWithStart(REPORT_ATTEMPT_UPDATE, { args, startWorkflowOperation });
    };
    try {
      return learn(workflowId, (await client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call)).state);
    } catch (error) {
      // Not told, the breaker learns from the next attempt; no delivery waits for it.
      return isNotFound(error) ? learn(workflowId, 'none') : (known.get(workflowId)?.state ?? 'none');
    }
  }

  /** Null if nothing can be learned. One look is for all who ask meanwhile. */
  function look(workflowId: string): Promise<DestinationState | null> {
    const before = looks.get(workflowId);
    if (before !== undefined) return before;
    const looking = describe(workflowId).finally(() => looks.delete(workflowId));
    looks.set(workflowId, looking);
    return looking;
  }

  async function describe(workflowId: string): Promise<DestinationState | null> {
    const knownBefore = known.get(workflowId);
    const state = await readState(workflowId);
    const knownNow = known.get(workflowId);
    // Something was learned while this was asked, which is newer.
    if (knownNow !== undefined && knownNow !== knownBefore) return knownNow.state;
    return state && learn(workflowId, state);
  }

  async function readState(workflowId: string): Promise<DestinationState | null> {
    try {
      const handle = client.workflow.getHandle(workflowId);
      const { status, memo } = await client.withDeadline(Date.now() + READ_TIMEOUT_MS, () => handle.describe());
      return status.name === 'RUNNING' ? toState(memo?.[BREAKER_MEMO]) : 'none';
    } catch (error) {
      return isNotFound(error) ? 'none' : null;
    }
  }

  return {
    async stateOf(destination) {
      const workflowId = destinationWorkflowId(destination);
      const last = known.get(workflowId);
      if (last !== undefined && now() - last.atMs < (last.state === 'none' ? TRUST_MS : TRUST_TROUBLE_MS)) return last.state;
      return (await within(look(workflowId), PATIENCE_MS)) ?? last?.state ?? 'none';
    },

    async note(destination, attempt, mayBeTroubled) {
      const { reason, retryAfterMs = 0 } = attempt;
      if (isUnwell(attempt))
        return report(destination, { well: false, isGone: isGone(attempt), isProbe: reason === 'probe', retryAfterMs });
      const last = known.get(destinationWorkflowId(destination))?.state ?? 'none';
      if (attempt.status === null || (last === 'none' && !mayBeTroubled)) return last;
      return report(destination, { well: true, isGone: false, isProbe: false, retryAfterMs: 0 });
    },

    noteHang: (destination, failures) =>
      report(destination, { well: false, isGone: false, isProbe: false, retryAfterMs: UNTIL_FREE_MS, failures }),
  };
}

function toStart(destination: Destination, settings: BreakerSettings) {
  const input: DestinationInput = { destination, settings, breaker: createBreaker() };
  return new WithStartWorkflowOperation(WORKFLOWS.watchDestination, {
    workflowId: destinationWorkflowId(destination),
    taskQueue: TASK_QUEUES.heavy,
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: '2s',
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal', Tenant: destination.tenant, Destination: destination.origin }),
    staticSummary: `callbacks to ${destination.origin}`,
  });
}

function toState(memo: unknown): DestinationState {
  return memo === 'open' || memo === 'half_open' ? memo : 'closed';
}
