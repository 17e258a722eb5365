import type { StatsDay } from '../../domain/stats-day.ts';
import { EMPTY_DAY } from '../../domain/stats-day.ts';
import { TASK_QUEUES } from './names.ts';
import { statsWorkflowId } from './workflow-ids.ts';

export interface KeepStatsInput {
  readonly day: StatsDay;
}

/** How the workflow that keeps a tenant's statistics is started, by whoever has counted something first. */
export function statsStart(tenant: string) {
  const args: [KeepStatsInput] = [{ day: EMPTY_DAY }];
  return {
    workflowId: statsWorkflowId(tenant),
    taskQueue: TASK_QUEUES.heavy,
    args,
    workflowTaskTimeout: '2s',
    staticSummary: `statistics of ${tenant}`,
  } as const;
}
