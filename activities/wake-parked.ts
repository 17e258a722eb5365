import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { parkedQuery } from '../domain/destination.ts';
import type { WakeParked } from '../domain/destination.ts';
import { WAKE_SIGNAL } from '../domain/durable-names.ts';

/** Wakes some of the deliveries that are parked for a destination, at a pace. One that isn't parked any more doesn't mind. */
export function createWakeParked(client: Client) {
  return async function wakeParked({ destination, atMost, perSecond, isProbe }: WakeParked): Promise<{ readonly woken: number }> {
    let woken = 0;
    for await (const { workflowId } of client.workflow.list({ query: parkedQuery(destination), pageSize: atMost })) {
      try {
        await client.workflow.getHandle(workflowId).signal(WAKE_SIGNAL, { isProbe });
        woken += 1;
      } catch (error) {
        // The index hasn't heard yet that it has ended.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        continue;
      }
      // After the last one too: the next ones are woken by the next call.
      if (!isProbe) await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
      if (woken >= atMost) break;
    }
    return { woken };
  };
}
