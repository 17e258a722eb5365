import type { Catalog } from '../domain/catalog.ts';
import { isSubjectId, parseSubjectName, subjectName } from '../domain/subject-id.ts';
import type { EventFilter } from './event-service.ts';
import type { Fault } from '../domain/fault.ts';

export interface AskedSubject {
  readonly subject?: string | undefined;
  readonly type?: string | undefined;
}

export type ReadSubject =
  | { readonly ok: true; readonly filter: Pick<EventFilter, 'subject' | 'ofSubject'> }
  | { readonly ok: false; readonly fault: Fault };

/**
 * What a list's `subject` means, by the catalog and not by its form: a subject of a kind that the service keeps, named `kind/id`,
 * or the text that events carry whose type has no such kind. A bare id could be either, unless the events' type says which.
 */
export function readSubject(catalog: Pick<Catalog, 'definitions' | 'find' | 'findSubject'>, { subject, type }: AskedSubject): ReadSubject {
  if (subject === undefined) return { ok: true, filter: {} };
  const name = parseSubjectName(subject);
  if (name !== null && catalog.findSubject(name.type) !== undefined) return { ok: true, filter: { ofSubject: name } };
  const definition = type === undefined ? undefined : catalog.find(type);
  const kind = definition?.subject?.type;
  if (kind !== undefined) {
    if (isSubjectId(subject)) return { ok: true, filter: { ofSubject: { type: kind, id: subject } } };
    return { ok: false, fault: { pointer: 'subject', detail: `the subjects of "${type}" are named "${kind}/<id>"` } };
  }
  const kinds = new Set(catalog.definitions.flatMap(({ subject: kept }) => (kept === null ? [] : [kept.type])));
  if (type !== undefined || kinds.size === 0 || !isSubjectId(subject)) return { ok: true, filter: { subject } };
  const names = [...kinds].map((one) => `"${subjectName({ type: one, id: subject })}"`).join(' or ');
  const detail = `name its kind (${names}), or beside it the "type" of the events that carry it`;
  return { ok: false, fault: { pointer: 'subject', detail } };
}
