import type { FoldInput } from '../../temporal/durable/activities.ts';
import { acceptRun } from '../../domain/event-run.ts';
import { changeOf } from '../../domain/state-change.ts';
import type { Folded, FoldedLetter } from '../../domain/subject.ts';
import type { Advance } from '../../handlers/advance.ts';
import { currentSurroundings } from '../surroundings.ts';
import type { Surroundings } from '../surroundings.ts';
import { openPort, throwStopped } from './open-port.ts';
import type { RunLog } from './run-log.ts';

// What is folded is recorded at the latest after this time; the rest follows in another call.
const BOUNDS = { ms: 1_000, bytes: null } as const;

export interface FoldSubjectDependencies {
  readonly advance: Advance;
  readonly log: RunLog;
}

/** Folds as the workflow of a subject asks for it. Its effects are the handlers', each given the same `idempotencyKey` again. */
export function createFoldSubject({ advance, log }: FoldSubjectDependencies) {
  return async function foldSubject(input: FoldInput): Promise<Folded> {
    const surroundings = currentSurroundings();
    return foldLetters(advance, input, { ...surroundings, log }).catch((error: unknown) => throwStopped(error, surroundings));
  };
}

/** One event after the other: its stages on the state that the one before it left, then the state's own rules. */
export async function foldLetters(
  advance: Advance,
  { letters, ...subject }: FoldInput,
  { log, ...surroundings }: Pick<Surroundings, 'signal'> & { readonly log: RunLog },
): Promise<Folded> {
  const runs = letters.map(({ event, expectedVersion }) => ({
    ...acceptRun(event),
    ...(expectedVersion !== undefined && { expectedVersion }),
  }));
  const { runs: advanced, change } = await advance(
    { runs, atOnce: 1, inOrder: true, goOn: 'until-it-waits', bounds: BOUNDS, subject },
    // Whoever sent a letter hears of its end before anybody else: there is nobody to tell meanwhile.
    openPort({ runs, surroundings, log, onRun: () => undefined }),
  );
  const folded = advanced.flatMap((one): FoldedLetter[] => {
    if (one === null) return [];
    return one.kind === 'stale' ? [one] : [{ kind: 'processed', outcome: one.outcome }];
  });
  return { change: change ?? changeOf(null, null), letters: folded };
}
