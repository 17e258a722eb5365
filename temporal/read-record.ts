import type { Client } from '@temporalio/client';
import type { CallbackRecord } from '../domain/callback-record.ts';
import { askInTime } from './ask-workflow.ts';
import { DELIVERY_QUERY } from './durable/names.ts';
import { deliveryWorkflowId } from './durable/workflow-ids.ts';
import { readWorkflowEnd } from './history.ts';

const QUERY_TIMEOUT_MS = 200;

/** A callback that was handed over is on record in its own workflow; without one, what its owner knew of it holds. */
export async function withRecord(
  client: Client,
  delivery: { readonly owner: string; readonly run: number },
  known: CallbackRecord,
): Promise<CallbackRecord> {
  if (known.status === 'none') return known;
  const workflowId = deliveryWorkflowId(delivery);
  const end = await readWorkflowEnd(client, { workflowId });
  if (end === null) return known;
  if (end.kind === 'completed' && isCallbackRecord(end.result)) return end.result;
  const { nextAttemptAt, ...before } = known;
  if (end.kind !== 'open') return { ...before, status: 'failed' };
  const answer = await askInTime<CallbackRecord>(client, { workflowId }, { query: DELIVERY_QUERY, timeoutMs: QUERY_TIMEOUT_MS });
  if (answer !== null) return answer;
  // It has had no task yet, or is too busy to say when the next one after that is due.
  return nextAttemptAt !== undefined && Date.parse(nextAttemptAt) > Date.now() ? known : before;
}

export function isCallbackRecord(value: unknown): value is CallbackRecord {
  return typeof value === 'object' && value !== null && 'status' in value && 'attempts' in value;
}
