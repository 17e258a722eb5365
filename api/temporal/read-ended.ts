import type { Client } from '@temporalio/client';
import type { OwnUnitInput, SharedUnitInput } from '../../domain/batch-work.ts';
import { initialCallback } from '../../domain/callback-record.ts';
import { hasEnded, toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { readWorkflowInput } from '../../temporal/history.ts';
import type { ClosedWorkflow } from '../../temporal/list-closed.ts';
import { findChunk, readRuns } from '../../temporal/read-chunk.ts';
import { readPage } from '../../temporal/read-page.ts';
import { readUnit } from '../../temporal/read-unit.ts';
import type { LiveRuns } from '../live-runs.ts';
import { readEvent, readRun } from './read-run.ts';

/**
 * The events that ended with a workflow, spelled out one by one: those of a chunk that have not left it, and items of a batch, but for
 * those that were no events. @throws EngineUnavailableError
 */
export async function readEnded(client: Client, liveRuns: LiveRuns, closed: ClosedWorkflow): Promise<readonly EventResource[]> {
  const found = await readAll(client, liveRuns, closed);
  return found.filter((resource) => resource !== null && hasEnded(resource)).map((resource) => resource as EventResource);
}

function readAll(client: Client, liveRuns: LiveRuns, closed: ClosedWorkflow): Promise<readonly (EventResource | null)[]> {
  if (closed.type === WORKFLOWS.processItem) return readOwnItem(client, liveRuns, closed);
  if (closed.type === WORKFLOWS.processItems) return readItems(client, closed);
  return readChunk(client, liveRuns, closed);
}

async function readChunk(
  client: Client,
  liveRuns: LiveRuns,
  { workflowId, runId }: ClosedWorkflow,
): Promise<readonly (EventResource | null)[]> {
  const chunk = await findChunk(client, { workflowId, runId });
  if (chunk === null) return [];
  // Who has left ends with another workflow.
  const runs = chunk.events.length === 1 ? null : (await readRuns(client, chunk)).runs;
  const here = [...chunk.events.keys()].filter((index) => runs?.[index]?.hasLeft !== true && chunk.events[index]?.handlerOf === undefined);
  return Promise.all(here.map((index) => readRun(client, liveRuns, chunk, index)));
}

async function readOwnItem(
  client: Client,
  liveRuns: LiveRuns,
  { workflowId, runId }: ClosedWorkflow,
): Promise<readonly (EventResource | null)[]> {
  const { page, offset, run } = await readWorkflowInput<OwnUnitInput>(client, { workflowId, runId });
  const item = (await readPage(client, page)).items[offset];
  if (item?.kind !== 'event') return [];
  const own = await readEvent(client, liveRuns, { workflowId, runId }, { ...item.event, run });
  // One that has left for its handlers ends with another workflow.
  return own?.workflow.id === workflowId ? [own] : [];
}

async function readItems(client: Client, { workflowId, runId }: ClosedWorkflow): Promise<readonly EventResource[]> {
  const [{ page }, unit] = await Promise.all([
    readWorkflowInput<SharedUnitInput>(client, { workflowId, runId }),
    readUnit(client, workflowId),
  ]);
  const { items } = await readPage(client, page);
  return [...(unit?.items.values() ?? [])].flatMap(({ offset, run, state }) => {
    const item = items[offset];
    if (state === undefined || item?.kind !== 'event') return [];
    const event = { ...item.event, run };
    return [toEventResource({ event, ...state }, initialCallback(event.callback?.url ?? null), { id: workflowId, runId })];
  });
}
