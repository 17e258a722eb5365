import { expect, it } from 'vitest';
import { acceptRun, stateOf } from '../../../domain/event-run.ts';
import type { SubjectAnswer } from '../../../domain/subject.ts';
import { newlyRecorded, subjectEnds } from '../../../domain/subject-ends.ts';
import { acceptedEvent } from './event-samples.ts';

const EVENT = acceptedEvent();
const letters = (count: number) => Array.from({ length: count }, () => ({ event: EVENT }));

function recorded(version: number): SubjectAnswer & { readonly kind: 'recorded' } {
  return { kind: 'recorded', outcome: { ...stateOf(acceptRun(EVENT)), phase: { status: 'completed', endedAtMs: 1 }, version } };
}

it('has one verdict for each event that an Update has brought', () => {
  expect(subjectEnds(letters(2), [recorded(1), recorded(2)]).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
});

it('has none for what the subject knew already, refused, or did not answer', () => {
  const answers: SubjectAnswer[] = [
    { ...recorded(1), event: EVENT },
    { kind: 'compacted', status: 'failed', version: 1 },
    { kind: 'id_conflict' },
    { kind: 'stale', version: 3 },
  ];

  expect(subjectEnds(letters(5), answers)).toEqual([]);
});

it('has one for an event that came twice with the same Update', () => {
  expect(subjectEnds(letters(2), [recorded(1), recorded(1)])).toHaveLength(1);
});

it('has none for an outcome that is no end, though that is new', () => {
  const goesOn: SubjectAnswer = { kind: 'recorded', outcome: { ...stateOf(acceptRun(EVENT)), version: 1 } };

  expect(subjectEnds(letters(1), [goesOn])).toEqual([]);
  expect(newlyRecorded(letters(1), [goesOn]).map(({ event }) => event)).toEqual([EVENT]);
});
