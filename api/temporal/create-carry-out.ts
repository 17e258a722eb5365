import type { Client } from '@temporalio/client';
import { PermanentError } from '../../domain/handler-errors.ts';
import type { CarryOut } from '../../domain/bulk-order.ts';
import type { Admit } from '../admission.ts';
import type { BatchService } from '../batch-service.ts';
import { createLiveRuns } from '../live-runs.ts';
import type { Metrics } from '../metrics.ts';
import type { PatchOperation } from '../apply-patch.ts';
import type { AcceptSettings } from '../../domain/accept-event.ts';
import type { Catalog } from '../../domain/catalog.ts';
import type { EventDefinition } from '../../domain/define-event.ts';
import type { Ask } from '../../domain/question.ts';
import { createPlanReplay } from '../plan-replay.ts';
import { replayEvent } from '../replay-event.ts';
import { newUuidV7 } from '../uuid.ts';
import { createTemporalBatchService } from './temporal-batch-service.ts';
import { createTemporalEventService } from './temporal-event-service.ts';

export interface CarryOutOptions {
  readonly client: Client;
  readonly acceptSettings: AcceptSettings;
  readonly catalog: Catalog;
  /** Stands for every type that the catalog lacks; null where there is none. */
  readonly otherTypes: EventDefinition | null;
  readonly ask: Ask;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** Creates what carries out the orders of bulk replays, for a process that need not serve HTTP. */
export function createCarryOut({ client, metrics, now, ask, catalog, otherTypes, acceptSettings }: CarryOutOptions): CarryOut {
  const planReplay = createPlanReplay({ catalog, fallback: otherTypes, ask, settings: acceptSettings });
  const liveRuns = createLiveRuns();
  const batches: BatchService = createTemporalBatchService({ client, liveRuns, now });
  const events = createTemporalEventService({
    client,
    liveRuns,
    now,
    items: batches,
    address: '',
    uiUrl: null,
    queues: [],
    // Nobody waits for an order's event, and none is begun here.
    stopping: new AbortController().signal,
    onEagerMiss: () => undefined,
    observeEnd: () => undefined,
    inFlight: () => 0,
    callbacksUnderWay: () => 0,
    runAhead: () => undefined,
    withdraw: () => false,
  });
  // They have their pace from their batch.
  const admit: Admit = async () => ({ admitted: true, leave: () => undefined, follow: () => undefined });

  const replaying = { events, admit, metrics, planReplay, now, newUuid: newUuidV7 };

  return async (order, { tenant, key }) => {
    switch (order.action) {
      case 'replay': {
        const patch = order.patch as readonly PatchOperation[] | undefined;
        const request = { patch, idempotencyKey: key, waitMs: 0 };
        const replayed = await replayEvent(replaying, { tenant, id: order.event }, request);
        if (replayed.kind === 'refused') throw new PermanentError(replayed.problem.code, replayed.problem.detail);
        return { event: order.event, run: replayed.event.run };
      }
      case 'redeliver': {
        const redelivery = await events.redeliver({ tenant, id: order.event });
        if (redelivery !== 'redelivering') throw new PermanentError(redelivery, `the callback of "${order.event}" can't be sent again`);
        return { event: order.event };
      }
      case 'retry_failed': {
        const steered = await batches.steer({ tenant, id: order.batch }, 'retry-failed');
        if (steered !== 'done') throw new PermanentError(steered, `the failed items of "${order.batch}" can't be run again`);
        return { batch: order.batch };
      }
      default:
        throw new PermanentError('invalid_event', 'the order is of a kind that this version does not know');
    }
  };
}
