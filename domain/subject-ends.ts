import { runEndOf } from './run-end.ts';
import type { RunEnd } from './run-end.ts';
import type { SubjectAnswer, SubjectLetter } from './subject.ts';

/**
 * The verdicts that an Update has brought, by what it was answered: not those that the subject knew already, and an event that came
 * twice with it once. Each version of a subject is another event.
 */
export function subjectEnds(letters: readonly Pick<SubjectLetter, 'event'>[], answers: readonly SubjectAnswer[]): readonly RunEnd[] {
  const counted = new Set<number | undefined>();
  return letters.flatMap(({ event }, index) => {
    const answer = answers[index];
    if (answer?.kind !== 'recorded' || answer.event !== undefined || counted.has(answer.outcome.version)) return [];
    counted.add(answer.outcome.version);
    return runEndOf({ event, ...answer.outcome }) ?? [];
  });
}
