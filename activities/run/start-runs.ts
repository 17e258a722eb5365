import type { Client } from '@temporalio/client';
import { toChunk } from '../../domain/chunk.ts';
import { runName } from '../../domain/event-id.ts';
import { stateOf } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { chunkAttributes, chunkStart } from '../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import { requestedAs } from '../../temporal/request-id.ts';

const AT_ONCE = 10;

/**
 * Has runs go on as chunks of their own, each where it stands. Safe to run twice: a run is started once, whether or not it has ended by
 * then, since its start is always the same request. A subject may come to an event of the same id again, a thousand others later: that one
 * waits until the handlers of the first have ended.
 * @throws WorkflowExecutionAlreadyStartedError, to be tried again, until then
 */
export function createStartRuns(client: Client) {
  return async function startRuns({ runs }: { readonly runs: readonly EventRun[] }): Promise<void> {
    const load = { inFlight: runs.length, slowStartMs: 0 };
    await mapAtMost(runs, AT_ONCE, async (run) => {
      const { event, version = 0 } = run;
      const chunk = toChunk([event], [stateOf(run)]);
      await client.workflow.start(WORKFLOWS.processChunk, {
        ...chunkStart(runName(event), chunk, load),
        args: [chunk],
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: toSearchAttributes(chunkAttributes(chunk)),
        ...requestedAs(`left-as-${event.run}.${version}`),
      });
    });
  };
}
