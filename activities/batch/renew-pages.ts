import type { Client } from '@temporalio/client';
import type { Activities } from '../../temporal/durable/activities.ts';
import { pageStart } from '../../temporal/durable/page-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { isNotFound } from '../../temporal/engine-call.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { ReadPage } from './read-page.ts';

const AT_ONCE = 5;

/** Opens pages again that have been closed since their batch had ended. Repeated, it finds them open. */
export function createRenewPages(client: Client, readPage: ReadPage): Activities['renewPages'] {
  return async ({ batch, pages }) => {
    await mapAtMost(pages, AT_ONCE, renew);

    async function renew(workflowId: string): Promise<void> {
      try {
        const { status } = await client.workflow.getHandle(workflowId).describe();
        if (status.name === 'RUNNING') return;
      } catch (error) {
        // The engine has forgotten it, and nobody else knows what was in it.
        if (isNotFound(error)) return;
        throw error;
      }
      const { items } = await readPage(workflowId);
      await client.workflow.start(WORKFLOWS.keepPage, {
        ...pageStart(workflowId, { batch, items }, Math.random()),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    }
  };
}
