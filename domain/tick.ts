import { toKeyword } from './keyword.ts';
import { subjectName } from './subject-id.ts';

/** An event without content, sent to all subjects of a type at intervals. */
export interface Tick {
  readonly subjectType: string;
  readonly eventType: string;
}

/** All subjects of a type, in the engine's query language. */
export function subjectsQuery(subjectType: string): string {
  const prefix = toKeyword(subjectName({ type: subjectType, id: '' }));
  return `WorkflowType = 'holdSubject' AND ExecutionStatus = 'Running' AND Subject STARTS_WITH '${prefix}'`;
}
