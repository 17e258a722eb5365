import { subjectName } from '../domain/subject-id.ts';
import { WORKFLOWS } from './durable/names.ts';
import { allOf, isOfType, isOpen, startsWith } from './list-query.ts';

/** All subjects of a type, in the engine's query language. */
export function subjectsQuery(subjectType: string): string {
  return allOf(isOfType(WORKFLOWS.holdSubject), isOpen(), startsWith('Subject', subjectName({ type: subjectType, id: '' })));
}
