import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { causeDigest, causeOfDelivery, causeOfRun, digestOfKey } from '../../domain/dead-letter.ts';
import type { Cause } from '../../domain/dead-letter.ts';
import type { AnyDeliveryInput } from '../../domain/delivery-input.ts';
import { eventOfOwner } from '../../domain/event-id.ts';
import { MAX_CAUSES } from '../../domain/known-causes.ts';
import type { Causes, FoundCauses, KnownCause } from '../../domain/known-causes.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import type { WorkflowKind } from '../../temporal/durable/names.ts';
import { ownerOfDelivery } from '../../temporal/durable/workflow-ids.ts';
import { readWorkflowEnd, readWorkflowInput } from '../../temporal/history.ts';
import { allOf, is, isClosedSince, isOfType, isSet, isUnset, noneOf, oneOf } from '../../temporal/list-query.ts';
import { findChunk, readLeft } from '../../temporal/read-chunk.ts';
import { isCallbackRecord } from '../../temporal/read-record.ts';
import { listInOrder } from './ask-index.ts';

const PAGE_SIZE = 200;
// What is left is found the next time.
const MOST_ROUNDS = 10;
const READS_AT_ONCE = 10;
// The index may lag.
const LOOK_BACK_MS = 60_000;
const FORCED = { TERMINATED: 'Terminated', TIMED_OUT: 'TimedOut' } as const;
const FORCED_MESSAGE = {
  TERMINATED: 'the workflow was terminated',
  TIMED_OUT: 'the workflow was ended by its time limit',
} as const;

type Found = FoundCauses['found'];

/**
 * Looks for causes that aren't known yet among what has ended since it was looked last: the index doesn't list values, but leaves out
 * those that it is told. @throws EngineUnavailableError
 */
export async function findCauses(
  client: Client,
  tenant: string,
  { known, seenUntilMs }: Causes,
  nowMs: number,
): Promise<Pick<FoundCauses, 'found' | 'seenUntilMs'>> {
  const sinceMs = seenUntilMs - LOOK_BACK_MS;
  const since = sinceMs > 0 ? [isClosedSince(sinceMs * 1_000)] : [];
  const keys = new Set(Object.values(known).flatMap(({ key }) => ('cause' in key ? [key.cause] : [])));
  const examples: WorkflowExecutionInfo[] = [];
  const firstAt = new Map<string, number>();
  let isAll = false;
  for (let round = 0; round < MOST_ROUNDS && !isAll && keys.size < MAX_CAUSES; round += 1) {
    const condition = keys.size === 0 ? isSet('Cause') : allOf(isSet('Cause'), noneOf('Cause', [...keys]));
    const counted = [oneOf('Kind', ['event', 'internal'] satisfies WorkflowKind[]), oneOf('WorkflowType', COUNTED_TYPES)];
    const page = await listInOrder(client, allOf(is('Tenant', tenant), ...counted, condition, ...since), PAGE_SIZE);
    for (const workflow of page) {
      const key = keyOf(workflow);
      firstAt.set(key, endedAtMs(workflow));
      if (!keys.has(key)) examples.push(workflow);
      keys.add(key);
    }
    isAll = page.length < PAGE_SIZE;
  }
  const read = await mapAtMost(examples, READS_AT_ONCE, (example) => readCause(client, tenant, example));
  const found: Record<string, KnownCause> = {};
  for (const [index, cause] of read.entries()) {
    const example = examples[index];
    const digest = example && digestOfKey(keyOf(example));
    if (!cause || !digest) continue;
    found[digest] = { ...cause, key: { cause: keyOf(example) }, firstAtMs: firstAt.get(keyOf(example)) ?? nowMs };
  }
  return { found: { ...found, ...(await findForced(client, tenant, since)) }, seenUntilMs: isAll ? nowMs : seenUntilMs };
}

const COUNTED_TYPES = [WORKFLOWS.processChunk, WORKFLOWS.deliverCallback];

/** Events that were ended from outside, which no code could say anything of. */
async function findForced(client: Client, tenant: string, since: readonly string[]): Promise<Found> {
  const ofEvents = [isOfType(WORKFLOWS.processChunk), is('Tenant', tenant), is('Kind', 'event'), isUnset('Cause')];
  const query = allOf(...ofEvents, oneOf('ExecutionStatus', Object.values(FORCED)), ...since);
  const found: Record<string, KnownCause> = {};
  for (const workflow of await listInOrder(client, query, PAGE_SIZE)) {
    const status = workflow.status.name as keyof typeof FORCED;
    const type = String(workflow.searchAttributes['EventType']?.[0] ?? '');
    const cause: Cause = {
      kind: 'event',
      tenant,
      type,
      stage: null,
      code: status.toLowerCase(),
      message: FORCED_MESSAGE[status],
    };
    const example = eventOfOwner(workflow.workflowId, tenant) ?? workflow.workflowId;
    found[causeDigest(cause)] = { ...withoutTenant(cause), key: { status: FORCED[status] }, firstAtMs: endedAtMs(workflow), example };
  }
  return found;
}

type ReadCause = Omit<KnownCause, 'key' | 'firstAtMs'>;

/** What one that has ended died of; null where it went meanwhile. */
async function readCause(client: Client, tenant: string, workflow: WorkflowExecutionInfo): Promise<ReadCause | null> {
  const isDelivery = workflow.type === WORKFLOWS.deliverCallback;
  const cause = await (isDelivery ? readDelivery(client, workflow) : readEvent(client, workflow));
  const owner = ownerOfDelivery(workflow.workflowId) ?? workflow.workflowId;
  return cause && { ...withoutTenant(cause), example: eventOfOwner(owner, tenant) ?? owner };
}

async function readEvent(client: Client, { workflowId, runId }: WorkflowExecutionInfo): Promise<Cause | null> {
  const chunk = await findChunk(client, { workflowId, runId });
  const [event] = chunk?.events ?? [];
  const left = chunk && (await readLeft(client, { workflowId, runId }, chunk.end));
  return event && left ? causeOfRun({ ...left, event }) : null;
}

async function readDelivery(client: Client, { workflowId, runId, searchAttributes }: WorkflowExecutionInfo): Promise<Cause | null> {
  const [end, { target }] = await Promise.all([
    readWorkflowEnd(client, { workflowId, runId }),
    readWorkflowInput<AnyDeliveryInput>(client, { workflowId, runId }),
  ]);
  const [, type = target.kind] = TYPE_IN_KEY.exec(String(searchAttributes['Cause']?.[0])) ?? [];
  return end?.kind === 'completed' && isCallbackRecord(end.result) ? causeOfDelivery(target, type, end.result) : null;
}

// Of a delivery that reads its message when it needs it, the beginning doesn't say the event's type.
const TYPE_IN_KEY = /^callback\/([^:]+):/;

function withoutTenant({ tenant: _known, ...cause }: Cause): Omit<Cause, 'tenant'> {
  return cause;
}

function keyOf({ searchAttributes }: WorkflowExecutionInfo): string {
  return String(searchAttributes['Cause']?.[0] ?? '');
}

function endedAtMs({ closeTime, startTime }: WorkflowExecutionInfo): number {
  return (closeTime ?? startTime).getTime();
}
