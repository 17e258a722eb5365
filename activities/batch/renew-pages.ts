import type { Client } from '@temporalio/client';
import type { Activities } from '../../temporal/durable/activities.ts';
import { pageStart } from '../../temporal/durable/page-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { ifFound } from '../../temporal/engine-call.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import type { ReadPage } from './read-page.ts';

const AT_ONCE = 5;

/** Opens pages again that have been closed since their batch had ended. Repeated, it finds them open. */
export function createRenewPages(client: Client, readPage: ReadPage): Activities['renewPages'] {
  return async ({ batch, pages }) => {
    await mapAtMost(pages, AT_ONCE, renew);

    async function renew(workflowId: string): Promise<void> {
      const found = await ifFound(() => client.workflow.getHandle(workflowId).describe());
      // Where the engine has forgotten it, nobody else knows what was in it.
      if (found === null || found.status.name === 'RUNNING') return;
      const { items } = await readPage(workflowId);
      await client.workflow.start(WORKFLOWS.keepPage, {
        ...pageStart(workflowId, { batch, items }, Math.random()),
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
    }
  };
}
