import type { Chunk } from '../../domain/chunk.ts';
import { tiersOf } from '../../domain/chunk.ts';
import { chunkMemo } from './chunk-memo.ts';
import { TASK_QUEUES } from './names.ts';
import type { WorkflowKind } from './names.ts';
import { eventWorkflowId } from './workflow-ids.ts';
import type { Attributes } from './search-attributes.ts';
import { taskTimeoutMs } from './task-timeout.ts';
import type { TaskLoad } from './task-timeout.ts';
import { isInline } from '../../domain/is-inline.ts';
import { priorityKey, TIERS } from '../../domain/tier.ts';
import type { Tier } from '../../domain/tier.ts';

// Two weeks: no heavy event's stages, waits and retries take longer, and an event must end some day.
const HEAVY_RUN_TIMEOUT_MS = 14 * 24 * 3_600_000;
// It only steers: what it waits for are activities.
const HEAVY_TASK_TIMEOUT_MS = 2_000;

/**
 * How the workflow of a chunk is started, by whoever starts it.
 * @param id of its only event, or that it is known by as a whole
 */
export function chunkStart(id: string, chunk: Chunk, load: TaskLoad) {
  const { tenant, plan } = chunk.shared;
  const inline = isInline(plan);
  const [tier = 'normal'] = tiersOf(chunk);
  const delayMs = Math.max(...chunk.own.map((event) => event.delayMs));
  return {
    workflowId: eventWorkflowId({ tenant, id }),
    taskQueue: inline ? TASK_QUEUES.light : TASK_QUEUES.heavy,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...(!inline && { workflowRunTimeout: HEAVY_RUN_TIMEOUT_MS + delayMs }),
    workflowTaskTimeout: inline ? taskTimeoutMs(load) : HEAVY_TASK_TIMEOUT_MS,
    priority: { priorityKey: priorityKey(tier), fairnessKey: tenant },
    staticSummary: `${nameOf(chunk)} (${tierNames(chunk)})${chunk.own.length === 1 ? '' : ` × ${chunk.own.length}`}`,
    memo: chunkMemo(chunk),
  } as const;
}

function nameOf({ shared: { type }, own: [first] }: Chunk): string {
  return first?.handlerOf === undefined ? type : `${first.handlerOf.name} of ${type}`;
}

/** What lists find it by. */
export function chunkAttributes(chunk: Chunk): Attributes {
  const { type, tenant } = chunk.shared;
  const [alone] = chunk.own.length === 1 ? chunk.own : [];
  const { subject, replay } = alone ?? {};
  return {
    Kind: kindOf(chunk),
    EventType: type,
    Tier: tierNames(chunk),
    Tenant: tenant,
    ...(subject && { Subject: subject }),
    ...(replay?.replaces !== undefined && { Replaces: replay.replaces }),
  };
}

function kindOf({ own, shared: { plan } }: Chunk): WorkflowKind {
  if (own.length > 1) return 'chunk';
  // What has left its subject, or its batch, is listed with these.
  return own.some(({ handlerOf, batchId }) => handlerOf !== undefined || batchId !== undefined) || plan.subjectType !== undefined
    ? 'handler'
    : 'event';
}

function tierNames(chunk: Chunk): string {
  return tiersOf(chunk).join('+');
}

/** The names under which lists find all chunks that may have events of a tier. */
export function tierNamesWith(tier: Tier): readonly string[] {
  const sets = TIERS.reduce<readonly (readonly Tier[])[]>((some, next) => [...some, ...some.map((set) => [...set, next])], [[]]);
  return sets.filter((set) => set.includes(tier)).map((set) => set.join('+'));
}
