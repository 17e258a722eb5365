import type { AcceptedEvent } from './accepted-event.ts';
import { TASK_QUEUES } from './durable-names.ts';
import type { SearchAttribute } from './durable-names.ts';
import { eventWorkflowId } from './event-id.ts';
import { groupTiers } from './group.ts';
import type { Group } from './group.ts';
import { toKeyword } from './keyword.ts';
import { taskTimeoutMs } from './task-timeout.ts';
import { priorityKey } from './tier.ts';

export type Attributes = Readonly<Partial<Record<SearchAttribute, string>>>;

// Two weeks: no heavy event's stages, waits and retries take longer, and an event must end some day.
const HEAVY_RUN_TIMEOUT_MS = 14 * 24 * 3_600_000;
// It only steers: what it waits for are activities.
const HEAVY_TASK_TIMEOUT_MS = 2_000;

/** How the workflow of an event is started, by whoever starts it. `inFlight`: light events that the process is running. */
export function eventStart(event: AcceptedEvent, inFlight: number) {
  const light = event.plan.weight === 'light';
  return {
    workflowId: eventWorkflowId(event),
    taskQueue: light ? TASK_QUEUES.light : TASK_QUEUES.heavy,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...(!light && { workflowRunTimeout: HEAVY_RUN_TIMEOUT_MS + event.delayMs }),
    ...sharedStart(event, light ? taskTimeoutMs(inFlight) : HEAVY_TASK_TIMEOUT_MS),
    staticSummary: `${event.type} (${event.tier})`,
  } as const;
}

/** How the workflow of a group is started. */
export function groupStart(group: Group, inFlight: number) {
  const { id, common, members } = group;
  return {
    workflowId: eventWorkflowId({ tenant: common.tenant, id }),
    taskQueue: TASK_QUEUES.light,
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    ...sharedStart(common, taskTimeoutMs(inFlight)),
    staticSummary: `${common.type} (${groupTiers(group)}) × ${members.length}`,
  } as const;
}

/** What lists find it by, all of type Keyword. */
export function eventAttributes({ type, tier, tenant, subject }: AcceptedEvent): Attributes {
  return {
    EventType: toKeyword(type),
    Tier: tier,
    Tenant: toKeyword(tenant),
    ...(subject !== null && { Subject: toKeyword(subject) }),
  };
}

/** What lists find it by. */
export function groupAttributes(group: Group): Attributes {
  const { type, tenant } = group.common;
  return { EventType: toKeyword(type), Tier: groupTiers(group), Tenant: toKeyword(tenant) };
}

function sharedStart({ tier, tenant }: Pick<AcceptedEvent, 'tier' | 'tenant'>, workflowTaskTimeout: number) {
  return {
    workflowTaskTimeout,
    priority: { priorityKey: priorityKey(tier), fairnessKey: tenant },
  } as const;
}
