import { isOwnId } from './event-id.ts';

/** One subject: all of its events change one state. */
export interface SubjectKey {
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

/** A subject as its tenant knows it. */
export type SubjectName = Pick<SubjectKey, 'type' | 'id'>;

const SUBJECT_TYPE = /^[a-z][a-z0-9_.-]{0,31}$/;
export const MAX_SUBJECT_CHARACTERS = 80;
// Of 32, 80 and 128 characters at most, an event's id has 244; none of the parts but the last may contain "~".
const EVENT_ID = /^s~([^~]*)~([^~]*)~((?:[ek]~)?[^~]*)$/;

export function isSubjectType(text: string): boolean {
  return SUBJECT_TYPE.test(text);
}

/** Subjects are named as callers name events, in at most 80 characters. */
export function isSubjectId(text: string): boolean {
  return isOwnId(text) && text.length <= MAX_SUBJECT_CHARACTERS;
}

/** The id of a subject's event; `key` is the caller's own id, or one that the service made. */
export function subjectEventId({ type, id }: SubjectName, key: string): string {
  return `s~${type}~${id}~${key}`;
}

/** The subject that an event's id tells of; null for the id of any other event. */
export function subjectOfEventId(eventId: string): SubjectName | null {
  const [, type = '', id = '', key = ''] = EVENT_ID.exec(eventId) ?? [];
  return isSubjectType(type) && isSubjectId(id) && isOwnId(key.replace(/^[ek]~/, '')) ? { type, id } : null;
}

/** A subject as lists name it: `account/account-1`. Null for any other text. */
export function parseSubjectName(text: string): SubjectName | null {
  const [type = '', id = '', ...rest] = text.split('/');
  return rest.length === 0 && isSubjectType(type) && isSubjectId(id) ? { type, id } : null;
}

export function subjectName({ type, id }: SubjectName): string {
  return `${type}/${id}`;
}
