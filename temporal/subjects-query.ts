import { subjectName } from '../domain/subject-id.ts';
import { toKeyword } from './durable/keyword.ts';

/** All subjects of a type, in the engine's query language. */
export function subjectsQuery(subjectType: string): string {
  const prefix = toKeyword(subjectName({ type: subjectType, id: '' }));
  return `WorkflowType = 'holdSubject' AND ExecutionStatus = 'Running' AND Subject STARTS_WITH '${prefix}'`;
}
