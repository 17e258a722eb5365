import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import type { Applied, ApplyInput, SubjectLetter } from '../domain/subject.ts';
import type { SubjectKey } from '../domain/subject-id.ts';
import { APPLY_UPDATE, WORKFLOWS } from './durable/names.ts';
import { toSearchAttributes } from './durable/search-attributes.ts';
import { subjectAttributes, subjectStart } from './durable/subject-start.ts';
import { subjectWorkflowId } from './durable/workflow-ids.ts';
import { callEngine } from './engine-call.ts';

export interface SendToSubjectOptions {
  /** The subject's workflow is known to be there, so that a start would only cost the engine more. */
  readonly isThere: boolean;
}

// An Update that isn't done by then is taken for lost; it may have waited for those of other processes.
const UPDATE_TIMEOUT_MS = 10_000;

/**
 * Brings letters to their subject as one Update to the workflow that holds it; an answer for each once they are recorded. Sent
 * again, they are known to it.
 * @throws EngineUnavailableError
 */
export function sendToSubject(
  client: Client,
  key: SubjectKey,
  letters: readonly SubjectLetter[],
  { isThere }: SendToSubjectOptions,
): Promise<Applied> {
  const args: [ApplyInput] = [{ letters }];
  return callEngine(client, UPDATE_TIMEOUT_MS, () =>
    isThere
      ? client.workflow.getHandle(subjectWorkflowId(key)).executeUpdate<Applied, [ApplyInput]>(APPLY_UPDATE, { args })
      : client.workflow.executeUpdateWithStart<Workflow, Applied, [ApplyInput]>(APPLY_UPDATE, {
          args,
          startWorkflowOperation: new WithStartWorkflowOperation(WORKFLOWS.holdSubject, {
            ...subjectStart(key),
            typedSearchAttributes: toSearchAttributes(subjectAttributes(key)),
          }),
        }),
  );
}
