import type { AcceptedEvent } from './accepted-event.ts';
import { runEndOf } from './run-end.ts';
import type { RunEnd } from './run-end.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { SubjectAnswer, SubjectLetter } from './subject.ts';

type Letter = Pick<SubjectLetter, 'event'>;

/**
 * What an Update has brought, by what it was answered: not what the subject knew already, and an event that came twice with it once.
 * Each version of a subject is another event.
 */
export function newlyRecorded(
  letters: readonly Letter[],
  answers: readonly SubjectAnswer[],
): readonly { readonly event: AcceptedEvent; readonly outcome: RunOutcome }[] {
  const known = new Set<number | undefined>();
  return letters.flatMap(({ event }, index) => {
    const answer = answers[index];
    if (answer?.kind !== 'recorded' || answer.event !== undefined || known.has(answer.outcome.version)) return [];
    known.add(answer.outcome.version);
    return [{ event, outcome: answer.outcome }];
  });
}

/** The verdicts that an Update has brought. */
export function subjectEnds(letters: readonly Letter[], answers: readonly SubjectAnswer[]): readonly RunEnd[] {
  return newlyRecorded(letters, answers).flatMap(({ event, outcome }) => runEndOf({ event, ...outcome }) ?? []);
}
