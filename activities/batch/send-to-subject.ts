import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { Workflow } from '@temporalio/common';
import { APPLY_UPDATE, TASK_QUEUES } from '../../domain/durable-names.ts';
import { toKeyword } from '../../domain/keyword.ts';
import { createSubject } from '../../domain/subject.ts';
import type { Applied, ApplyInput, SubjectLetter } from '../../domain/subject.ts';
import { subjectName, subjectWorkflowId } from '../../domain/subject-id.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';

/** Brings letters to their subject; an answer for each once they are recorded. Sent again, they are known. */
export type SendToSubject = (key: SubjectKey, letters: readonly SubjectLetter[]) => Promise<Applied>;

// An Update that isn't done by then is taken for lost.
const UPDATE_TIMEOUT_MS = 10_000;

const KEYS = {
  Tenant: defineSearchAttributeKey('Tenant', 'KEYWORD'),
  Subject: defineSearchAttributeKey('Subject', 'KEYWORD'),
} as const;

/** Letters of a worker, as one Update to the workflow that holds the subject, which is started if it isn't there. */
export function createSendToSubject(client: Client): SendToSubject {
  return (key, letters) =>
    client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, () =>
      client.workflow.executeUpdateWithStart<Workflow, Applied, [ApplyInput]>(APPLY_UPDATE, {
        args: [{ letters }],
        startWorkflowOperation: new WithStartWorkflowOperation('holdSubject', {
          workflowId: subjectWorkflowId(key),
          taskQueue: TASK_QUEUES.light,
          args: [{ subject: createSubject(key) }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          // A crash is noticed after this time.
          workflowTaskTimeout: '2s',
          typedSearchAttributes: new TypedSearchAttributes([
            { key: KEYS.Tenant, value: toKeyword(key.tenant) },
            { key: KEYS.Subject, value: toKeyword(subjectName(key)) },
          ]),
          staticSummary: `subject ${subjectName(key)}`,
        }),
      }),
    );
}
