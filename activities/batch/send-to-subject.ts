import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { Workflow } from '@temporalio/common';
import { APPLY_UPDATE, WORKFLOWS } from '../../temporal/durable/names.ts';
import type { Applied, ApplyInput, SubjectLetter } from '../../domain/subject.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';
import { subjectAttributes, subjectStart } from '../../temporal/durable/subject-start.ts';

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
  return (key, letters) => {
    const { Tenant, Subject } = subjectAttributes(key);
    return client.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, () =>
      client.workflow.executeUpdateWithStart<Workflow, Applied, [ApplyInput]>(APPLY_UPDATE, {
        args: [{ letters }],
        startWorkflowOperation: new WithStartWorkflowOperation(WORKFLOWS.holdSubject, {
          ...subjectStart(key),
          typedSearchAttributes: new TypedSearchAttributes([
            { key: KEYS.Tenant, value: Tenant },
            { key: KEYS.Subject, value: Subject },
          ]),
        }),
      }),
    );
  };
}
