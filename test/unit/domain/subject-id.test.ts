import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isOwnId, keyedEventId, newEventId } from '../../../domain/event-id.ts';
import { isSubjectId, isSubjectType, parseSubjectName, subjectEventId, subjectName, subjectOfEventId } from '../../../domain/subject-id.ts';

const anyOwnId = fc.stringMatching(/^[A-Za-z0-9._:@-]{1,128}$/).filter(isOwnId);
const anySubject = fc.record({
  type: fc.stringMatching(/^[a-z][a-z0-9_.-]{0,31}$/),
  id: fc.stringMatching(/^[A-Za-z0-9._:@-]{1,80}$/).filter(isSubjectId),
});
const anyKey = fc
  .oneof(
    anyOwnId,
    anyOwnId.map((id) => newEventId(id.slice(0, 36))),
    anyOwnId.map((id) => keyedEventId(id.slice(0, 43))),
  )
  .filter((key) => isOwnId(key.replace(/^[ek]~/, '')));

it('makes ids that tell of their subject, are URL-safe and short enough, and are no caller’s own', () => {
  fc.assert(
    fc.property(anySubject, anyKey, (subject, key) => {
      const id = subjectEventId(subject, key);
      expect(subjectOfEventId(id)).toEqual(subject);
      expect(id).toMatch(/^[A-Za-z0-9._:@~-]{1,255}$/);
      expect(isOwnId(id)).toBe(false);
    }),
  );
});

it('makes another id for another subject or key', () => {
  fc.assert(
    fc.property(anySubject, anyKey, anySubject, anyKey, (subject, key, other, otherKey) => {
      const isSame = subject.type === other.type && subject.id === other.id && key === otherKey;
      expect(subjectEventId(subject, key) === subjectEventId(other, otherKey)).toBe(isSame);
    }),
  );
});

it.each(['life-1', 'e~1', 's~life', 's~life~1', 's~Life~1~a', 's~life~~a', 's~life~1~', 's~life~1~x~y', 's~life~a/b~c', 's~life~..~c'])(
  'sees no subject in the id %j',
  (id) => {
    expect(subjectOfEventId(id)).toBeNull();
  },
);

it('reads the name that it writes, and no other text', () => {
  fc.assert(
    fc.property(anySubject, (subject) => {
      expect(parseSubjectName(subjectName(subject))).toEqual(subject);
    }),
  );
  for (const text of ['', 'life', 'life/', '/1', 'Life/1', 'life/1/2', 'life/a b']) expect(parseSubjectName(text)).toBeNull();
});

it('names types and subjects by what fits an id', () => {
  expect(['life', 'a.b-c_1'].every(isSubjectType)).toBe(true);
  expect(['', 'Life', 'a~b'].some(isSubjectType)).toBe(false);
  expect(isSubjectId('x'.repeat(80))).toBe(true);
  expect(isSubjectId('x'.repeat(81))).toBe(false);
});
