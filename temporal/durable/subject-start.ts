import { TASK_QUEUES } from './names.ts';
import type { Attributes } from './search-attributes.ts';
import { createSubject } from '../../domain/subject.ts';
import { subjectName } from '../../domain/subject-id.ts';
import { subjectWorkflowId } from './workflow-ids.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';

/** How the workflow that holds a subject is started by whoever has the first event for it. */
export function subjectStart(key: SubjectKey) {
  return {
    workflowId: subjectWorkflowId(key),
    taskQueue: TASK_QUEUES.light,
    args: [{ subject: createSubject(key) }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // A crash is noticed after this time.
    workflowTaskTimeout: '2s',
    staticSummary: `subject ${subjectName(key)}`,
  } as const;
}

/** What it is found by. */
export function subjectAttributes(key: SubjectKey): Attributes {
  return { Kind: 'internal', Tenant: key.tenant, Subject: subjectName(key) };
}
