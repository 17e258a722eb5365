import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginAttempt, endRun } from '../../../domain/event-run.ts';
import { afterProcessEnded, chargeAttempt, CONVICTED, UNSUSPECTED } from '../../../domain/quarantine.ts';
import type { Standing } from '../../../domain/quarantine.ts';
import { acceptRun } from '../../../domain/event-run.ts';
import { acceptedEvent, NOON_MS } from './event-samples.ts';

/** What a run does to a process that it is in: nothing, ends it at once, holds on deaf, or ends it once it is over itself. */
const behaviours = ['good', 'ends', 'deaf', 'leaves-a-trap'] as const;
type Behaviour = (typeof behaviours)[number];

interface One {
  readonly behaviour: Behaviour;
  standing: Standing | 'charged' | 'completed';
  endings: number;
}

interface Process {
  readonly isTrapped: boolean;
}

/** What becomes of runs by the rules, in processes that do as the runs do. `trap` says when a trap goes off: before or after the next is done. */
function play(given: readonly Behaviour[], traps: () => boolean): readonly One[] {
  const all = given.map((behaviour): One => ({ behaviour, standing: UNSUSPECTED, endings: 0 }));
  const at = (place: Standing['place']): One[] => all.filter(({ standing }) => typeof standing === 'object' && standing.place === place);
  let sharedProcess: Process = { isTrapped: false };
  let aloneProcess: Process = { isTrapped: false };

  /** The process after these were in flight in it; null where it has ended. */
  function fly(process: Process, flying: readonly One[]): Process | null {
    const deaf = flying.filter(({ behaviour }) => behaviour === 'deaf');
    const isEnded = flying.some(({ behaviour }) => behaviour === 'ends') || (process.isTrapped && traps());
    if (!isEnded && deaf.length === 0) {
      for (const one of flying) one.standing = 'completed';
      return { isTrapped: process.isTrapped || flying.some(({ behaviour }) => behaviour === 'leaves-a-trap') };
    }
    for (const one of flying) {
      if (typeof one.standing !== 'object') continue;
      one.endings += 1;
      one.standing = afterProcessEnded(one.standing, isEnded ? 'any' : deaf.includes(one) ? 'known' : 'anothers', flying.length);
    }
    return null;
  }

  for (let steps = 0; steps < 1_000; steps += 1) {
    if (at('shared').length > 0) sharedProcess = fly(sharedProcess, at('shared')) ?? { isTrapped: false };
    const [alone] = at('alone');
    if (alone !== undefined) aloneProcess = fly(aloneProcess, [alone]) ?? { isTrapped: false };
    const [fresh] = at('fresh');
    if (fresh !== undefined) fly({ isTrapped: false }, [fresh]);
  }
  return all;
}

const games = fc.tuple(fc.array(fc.constantFrom(...behaviours), { minLength: 1, maxLength: 30 }), fc.infiniteStream(fc.boolean()));

function played([given, traps]: readonly [readonly Behaviour[], Iterator<boolean>]): readonly One[] {
  return play(given, () => traps.next().value === true);
}

describe('what becomes of runs whose process has ended', () => {
  it('is never a charge to one that ends no process while it is at work', () => {
    fc.assert(
      fc.property(games, (game) => {
        for (const { behaviour, standing } of played(game)) {
          expect(standing).toBe(behaviour === 'good' || behaviour === 'leaves-a-trap' ? 'completed' : 'charged');
        }
      }),
    );
  });

  it('is settled after a few ends, however many others end its process', () => {
    fc.assert(
      fc.property(games, (game) => {
        for (const { endings } of played(game)) expect(endings).toBeLessThanOrEqual(5);
      }),
    );
  });

  it('is a charge at once for one that has ended processes before', () => {
    expect(afterProcessEnded(CONVICTED, 'any', 1)).toBe('charged');
  });

  it('is a place by itself for one that others disturb again and again', () => {
    expect(afterProcessEnded({ place: 'shared', disturbed: 1 }, 'anothers', 2)).toEqual({ place: 'shared', disturbed: 2 });
    expect(afterProcessEnded({ place: 'shared', disturbed: 2 }, 'anothers', 2)).toEqual({ place: 'alone', disturbed: 3 });
  });

  it('is the same place for one that is alone when others are to blame', () => {
    expect(afterProcessEnded({ place: 'alone', disturbed: 5 }, 'anothers', 2)).toEqual({ place: 'alone', disturbed: 6 });
  });
});

describe('a charged attempt', () => {
  const fault = { code: 'crashed', message: 'its process ended with SIGKILL' } as const;
  const run = acceptRun(acceptedEvent());

  it('is a failed attempt of the stage that the run was last heard at, tried again as its type says', () => {
    const begun = beginAttempt({ ...run, results: { meaning: 1 } }, 'decision');

    expect(chargeAttempt(begun, fault, NOON_MS)).toMatchObject({
      phase: {
        status: 'waiting',
        stage: 'decision',
        waiting: {
          reason: 'retry',
          untilMs: NOON_MS + 100,
          lastError: { code: 'crashed', message: 'its process ended with SIGKILL', stage: 'decision', retryable: true },
        },
      },
      attempts: { decision: 1 },
      failures: { failed: 1, lost: 0 },
    });
  });

  it('is one of its next stage where nothing was heard of the run', () => {
    expect(chargeAttempt(run, fault, NOON_MS)).toMatchObject({ phase: { status: 'waiting', stage: 'meaning' }, attempts: { meaning: 1 } });
  });

  it('counts for nobody in particular where a run has all its results', () => {
    const done = { ...run, results: { meaning: 1, decision: 1, action: 1 } };

    expect(chargeAttempt(done, fault, NOON_MS).phase).toMatchObject({ status: 'waiting', stage: '' });
  });

  it('ends the run where the next one would begin too late', () => {
    expect(chargeAttempt(run, fault, NOON_MS, NOON_MS + 50).phase).toMatchObject({ status: 'failed', error: { code: 'crashed' } });
  });

  it('changes nothing of a run that has ended', () => {
    const ended = endRun({ ...run, results: { meaning: 1, decision: 1, action: 1 } }, { status: 'completed', endedAtMs: 1 });

    expect(chargeAttempt(ended, fault, NOON_MS).phase).toEqual(ended.phase);
  });
});
