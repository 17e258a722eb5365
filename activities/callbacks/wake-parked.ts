import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { parkedQuery } from '../../temporal/parked-query.ts';
import type { WakeParked } from '../../domain/destination.ts';
import type { AnyDeliveryInput } from '../../domain/delivery-input.ts';
import { deliveryStart } from '../../temporal/durable/delivery-start.ts';
import { WAKE_SIGNAL, WORKFLOWS } from '../../temporal/durable/names.ts';
import { isNotFound } from '../../temporal/engine-call.ts';
import { ACTIVITY_READ_TIMEOUT_MS, readWorkflowInput } from '../../temporal/history.ts';

/** Wakes some of the deliveries that are parked for a destination, at a pace. One that isn't parked any more doesn't mind. */
export function createWakeParked(client: Client) {
  return async function wakeParked({ destination, atMost, perSecond, isProbe }: WakeParked): Promise<{ readonly woken: number }> {
    const { cancellationSignal } = Context.current();
    let woken = 0;
    for await (const { workflowId } of client.workflow.list({ query: parkedQuery(destination), pageSize: atMost })) {
      // Given out again, it goes on elsewhere, and at the same pace.
      if (cancellationSignal.aborted) break;
      if (!(await wake(workflowId, isProbe))) continue;
      woken += 1;
      // After the last one too: the next ones are woken by the next call.
      if (!isProbe) await new Promise((resolve) => setTimeout(resolve, 1_000 / perSecond));
      if (woken >= atMost) break;
    }
    return { woken };
  };

  /**
   * A plain signal is kept for the first task, and lets the engine keep that back for as long as before. It is there, as it was found;
   * and if it has ended by now, it stays as it is. False where the index hasn't heard yet that it has.
   */
  async function wake(workflowId: string, isProbe: boolean): Promise<boolean> {
    try {
      await client.workflow.signalWithStart(WORKFLOWS.deliverCallback, {
        ...deliveryStart(await readWorkflowInput<AnyDeliveryInput>(client, { workflowId }, ACTIVITY_READ_TIMEOUT_MS)),
        signal: WAKE_SIGNAL,
        signalArgs: [{ isProbe }],
      });
      return true;
    } catch (error) {
      if (isNotFound(error) || error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }
}
