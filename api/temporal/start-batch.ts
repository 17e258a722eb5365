import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { PagePlan } from '../../domain/accepted-batch.ts';
import { planPage } from '../../domain/accepted-batch.ts';
import { pageStart } from '../../temporal/durable/page-start.ts';
import type { BatchInput } from '../../domain/batch-work.ts';
import { FINGERPRINT_MEMO, TASK_QUEUES, UPLOAD_MEMO, WORKFLOWS } from '../../temporal/durable/names.ts';
import { batchWorkflowId, pageWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { BatchSubmission, BatchUpload } from '../batch-service.ts';
import { fillPages } from '../batches/fill-pages.ts';
import { newUuidV7 } from '../uuid.ts';
import { callEngine, ifFound, readEngine } from '../../temporal/engine-call.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';

const START_TIMEOUT_MS = 5_000;
// So many pages are on their way to the engine at once; meanwhile nothing more is read of the body.
const PAGES_AT_ONCE = 4;

/**
 * Keeps a batch: its pages as they come, then itself. Until it is started nobody sees anything of it, and pages that never
 * get a batch end by themselves.
 * @throws EngineUnavailableError, and what reading the items throws
 */
export async function startBatch(client: Client, { settings, items, fingerprint }: BatchUpload): Promise<BatchSubmission> {
  const workflowId = batchWorkflowId(settings);
  const known = await findBatch(client, workflowId);
  if (known !== null) {
    for await (const _item of items) void _item;
    return joinOrConflict(known, fingerprint());
  }
  const upload = newUuidV7();
  const pages = await keepPages(client, settings, upload, items);
  const asked = fingerprint();
  try {
    const memo = { [UPLOAD_MEMO]: upload, ...(asked !== null && { [FINGERPRINT_MEMO]: asked }) };
    await startBatchWorkflow(client, { accepted: { ...settings, upload, pages } }, { memo, isNew: true });
    return { kind: 'accepted' };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return joinOrConflict(await findBatch(client, workflowId), asked);
  }
}

export interface StartBatchOptions {
  readonly memo: Readonly<Record<string, unknown>>;
  /** False for one that has ended and goes on. */
  readonly isNew: boolean;
}

export async function startBatchWorkflow(client: Client, input: BatchInput, { memo, isNew }: StartBatchOptions): Promise<void> {
  const { accepted } = input;
  await callEngine(client, START_TIMEOUT_MS, () =>
    client.workflow.start(WORKFLOWS.processBatch, {
      workflowId: batchWorkflowId(accepted),
      taskQueue: TASK_QUEUES.heavy,
      args: [input],
      memo: { ...memo },
      workflowIdReusePolicy: isNew ? 'REJECT_DUPLICATE' : 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      // All of its items wait for its task when its worker is killed.
      workflowTaskTimeout: '2s',
      priority: { fairnessKey: accepted.tenant },
      typedSearchAttributes: toSearchAttributes({ Kind: 'batch', Tenant: accepted.tenant, BatchId: accepted.id }),
      staticSummary: `batch of ${accepted.pages.reduce((sum, { size }) => sum + size, 0)}${accepted.name === null ? '' : `: ${accepted.name}`}`,
    }),
  );
}

async function keepPages(
  client: Client,
  settings: BatchUpload['settings'],
  upload: string,
  items: BatchUpload['items'],
): Promise<readonly PagePlan[]> {
  const plans: PagePlan[] = [];
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const batch = { workflowId: batchWorkflowId(settings), upload };
  try {
    for await (const page of fillPages(items)) {
      const workflowId = pageWorkflowId(settings, upload, plans.length);
      plans.push(planPage(page));
      const start = callEngine(client, START_TIMEOUT_MS, async () => {
        await client.workflow.start(WORKFLOWS.keepPage, pageStart(workflowId, { batch, items: page }, Math.random()));
      })
        .catch((error: unknown) => void failures.push(error))
        .finally(() => underWay.delete(start));
      underWay.add(start);
      if (underWay.size >= PAGES_AT_ONCE) await Promise.race(underWay);
      if (failures.length > 0) break;
    }
  } finally {
    // None is left behind, whatever ended the reading.
    await Promise.all(underWay);
  }
  // A batch without one of its pages would never end.
  if (failures.length > 0) throw failures[0];
  return plans;
}

async function findBatch(client: Client, workflowId: string): Promise<Readonly<Record<string, unknown>> | null> {
  const found = await ifFound(() => readEngine(client, START_TIMEOUT_MS, () => client.workflow.getHandle(workflowId).describe()));
  return found && (found.memo ?? {});
}

function joinOrConflict(memo: Readonly<Record<string, unknown>> | null, fingerprint: string | null): BatchSubmission {
  return { kind: memo !== null && fingerprint !== null && memo[FINGERPRINT_MEMO] === fingerprint ? 'joined' : 'conflict' };
}
