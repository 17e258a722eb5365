import type { BatchItem } from '../../domain/batch-item.ts';
import type { BatchOfPage } from '../../domain/batch-work.ts';
import { TASK_QUEUES } from './names.ts';
import { toSearchAttributes } from './search-attributes.ts';

/** What the workflow of a page starts with. */
export interface PageInput {
  readonly batch: BatchOfPage;
  readonly items: readonly BatchItem[];
}

// Most batches end sooner, so that their pages never cost a task before; those of the others don't all look at once.
const DELAY_MS = { least: 3_600_000, spread: 1_800_000 } as const;

/**
 * How the workflow that keeps some items of a batch is started.
 * @param random in [0, 1)
 */
export function pageStart(workflowId: string, input: PageInput, random: number) {
  return {
    workflowId,
    taskQueue: TASK_QUEUES.heavy,
    args: [input],
    startDelay: DELAY_MS.least + Math.round(random * DELAY_MS.spread),
    typedSearchAttributes: toSearchAttributes({ Kind: 'internal' }),
    staticSummary: `${input.items.length} items of "${input.batch.workflowId}"`,
  } as const;
}
