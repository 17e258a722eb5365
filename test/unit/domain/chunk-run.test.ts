import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import type { Ride } from '../../../domain/callback-message.ts';
import { isSettled } from '../../../domain/callback-record.ts';
import { beginChunk, deliveriesOf, recordCancelled, recordChunk, toKept } from '../../../domain/chunk-run.ts';
import type { KeptRun } from '../../../domain/chunk.ts';
import type { ChunkRun } from '../../../domain/chunk-run.ts';
import { acceptRun, beginAttempt, endRun, isEnded, nextStage, stateOf } from '../../../domain/event-run.ts';
import type { EventRun } from '../../../domain/event-run.ts';
import { outcomeOf } from '../../../domain/run-outcome.ts';
import type { RunOutcome } from '../../../domain/run-outcome.ts';
import { acceptedEvent, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const workflow = { id: 'g~0', runId: 'run-a' };
const plan = { ...lightPlan, stages: ['meaning', 'action'] };
const good = { at: '2026-01-01T12:00:00.000Z', status: 204, durationMs: 5, error: null };
const bad = { ...good, status: 503, error: 'http_503' };

/** What became of a first attempt: nothing, handed over, answered, refused, to be repeated, or put off. */
const rides: readonly Ride[] = [
  { kind: 'declined' },
  { kind: 'handed_over', sender: 'sender~a' },
  { kind: 'sent', attempt: good, nextAttemptAfterMs: null },
  { kind: 'sent', attempt: bad, nextAttemptAfterMs: null },
  { kind: 'sent', attempt: bad, nextAttemptAfterMs: 5_000 },
  { kind: 'sent', attempt: null, nextAttemptAfterMs: 0, parkedAt: 'https://shop.example' },
];

function runOf(index: number, hasCallback = true): EventRun {
  return acceptRun(acceptedEvent({ id: `g~0_${index}`, ownId: null, plan, callback: hasCallback ? callback : null }));
}

type End = 'completed' | 'waits' | 'failed';

/** What a call comes to that takes up a run, brings it through its first stages, and then so far. */
function outcome(run: EventRun, end: End, ride?: Ride): RunOutcome {
  return { ...outcomeOf(run, advanced(run, end)), ...(ride && { ride }) };
}

function advanced(run: EventRun, end: End): EventRun {
  const stage = nextStage(run);
  if (stage === null || isEnded(run.phase)) return run;
  const begun = beginAttempt(run, stage);
  if (end === 'completed') return advanced(recordSuccess(begun, stage, { value: stage, endedAtMs: NOON_MS + 2 }), end);
  const retryable = end === 'waits';
  const times = { startedAtMs: NOON_MS + 1, endedAtMs: NOON_MS + 2 };
  return recordFailure(begun, stage, { error: eventError(), retryable, retryAfterMs: null, lost: false, ...times }, NOON_MS + 2);
}

/** A chunk of runs that have come to these ends in one call. */
function recorded(...ends: readonly End[]): readonly ChunkRun[] {
  const runs = ends.map((_, index) => runOf(index));
  return recordChunk(beginChunk(runs), { runs: runs.map((run, index) => outcome(run, ends[index] ?? 'waits')) });
}

describe('a run of a chunk', () => {
  it('is as it was given before anything is recorded', () => {
    const runs = [runOf(0), runOf(1, false)];

    expect(beginChunk(runs)).toEqual(runs.map((run) => ({ run, ride: null, hasLeft: false })));
    expect(
      beginChunk(runs)
        .map(toKept)
        .map(({ phase, callback: { status } }) => [phase.status, status]),
    ).toEqual([
      ['accepted', 'pending'],
      ['accepted', 'none'],
    ]);
    expect(deliveriesOf(beginChunk(runs), workflow)).toEqual([]);
  });

  it('leaves company that it would hold up, and stays once it is complete', () => {
    const [stays, again, ended] = recorded('completed', 'waits', 'failed');

    expect(stays).toMatchObject({ hasLeft: false, run: { phase: { status: 'completed' }, results: { action: 'action' } } });
    expect(again).toMatchObject({ hasLeft: true, run: { phase: { status: 'waiting' }, failures: { failed: 1 } } });
    expect(ended).toMatchObject({ hasLeft: true, run: { phase: { status: 'failed', endedAtMs: NOON_MS + 2 } } });
  });

  it.each<End>(['completed', 'waits', 'failed'])('stays where it is when it is alone, though it %s', (end) => {
    expect(recorded(end)[0]?.hasLeft).toBe(false);
  });

  it('that is alone goes on from call to call, and keeps what came of its callback', () => {
    const first = recorded('waits');
    const [{ run } = { run: runOf(0) }] = first;
    const second = recordChunk(first, { runs: [outcome(run, 'completed', { kind: 'handed_over', sender: 'sender~a' })] });
    const [{ run: ended } = { run }] = second;

    expect(ended).toMatchObject({ phase: { status: 'completed' }, attempts: { meaning: 2, action: 1 } });
    expect(recordChunk(second, { runs: [outcomeOf(ended, ended)] })).toEqual(second);
  });

  it.each<End>(['completed', 'waits', 'failed'])(
    'of which a call says that it %s keeps all but an end, where it was cancelled meanwhile',
    (end) => {
      const run = runOf(0);
      const after = recordCancelled({ run, ride: null, hasLeft: false }, outcome(run, end)).run;

      expect(after).toEqual({ ...advanced(run, end), ...(end !== 'waits' && { phase: run.phase }) });
      expect(isEnded(after.phase)).toBe(false);
    },
  );

  it('of which a call says nothing is left to go on by itself', () => {
    const before = beginChunk([runOf(0), runOf(1)]);

    expect(recordChunk(before, { runs: [outcome(runOf(0), 'completed')] })[1]).toEqual({ ...before[1], hasLeft: true });
  });
});

describe('a callback', () => {
  it('is on record once it was sent, and goes on in a delivery where something is left to do', () => {
    const runs = rides.map((_, index) => runOf(index));
    const after = recordChunk(beginChunk(runs), { runs: runs.map((run, index) => outcome(run, 'completed', rides[index])) });

    expect(after.map(toKept).map((run) => [run.callback.status, run.callback.attempts])).toEqual([
      ['pending', []],
      ['pending', []],
      ['delivered', [good]],
      ['failed', [bad]],
      ['pending', [bad]],
      ['parked', []],
    ]);
    const data = expect.objectContaining({ id: 'g~0_1', workflow: { ...workflow, url: null } });
    expect(deliveriesOf(after, workflow)).toMatchObject([
      { target: { owner: 'g~0_0' } },
      {
        target: { kind: 'event', tenant: 'default', owner: 'g~0_1', run: 1, callback },
        message: { type: 'event.completed', data },
        begin: { kind: 'awaiting-report', sender: 'sender~a' },
      },
      { target: { owner: 'g~0_4' }, attempts: [bad], begin: { kind: 'after', ms: 5_000 } },
      { target: { owner: 'g~0_5' }, begin: { kind: 'suspended', origin: 'https://shop.example' } },
    ]);
  });

  it('that the process has started a delivery for is not delivered twice', () => {
    const ride = { kind: 'sent', attempt: null, nextAttemptAfterMs: 5_000, isStarted: true } as const;
    const after = recordChunk(beginChunk([runOf(0)]), { runs: [outcome(runOf(0), 'completed', ride)] });

    expect(deliveriesOf(after, workflow)).toEqual([]);
  });

  it('is owed where a run was ended before anything was sent', () => {
    const [one] = beginChunk([runOf(0)]);
    const cancelled = one && { ...one, run: endRun(one.run, { status: 'cancelled', endedAtMs: NOON_MS }) };

    expect(deliveriesOf(cancelled ? [cancelled] : [], workflow)).toMatchObject([{ message: { type: 'event.cancelled' } }]);
  });
});

it('has exactly one verdict of each run, here or where it has gone, and owes each callback once', () => {
  const anyCall = fc.record({
    end: fc.constantFrom<End>('completed', 'waits', 'failed'),
    ride: fc.option(fc.constantFrom(...rides), { nil: undefined }),
  });
  const anyRun = fc.record({ hasCallback: fc.boolean(), calls: fc.array(anyCall, { minLength: 1, maxLength: 5 }) });
  fc.assert(
    fc.property(fc.array(anyRun, { minLength: 1, maxLength: 8 }), (given) => {
      let runs = beginChunk(given.map(({ hasCallback }, index) => runOf(index, hasCallback)));
      const isAlone = given.length === 1;
      // In company there is one call, since whoever is not complete after it has left.
      for (const index of isAlone ? (given[0]?.calls ?? []).keys() : [0]) {
        const before = runs;
        runs = recordChunk(before, {
          runs: before.map(({ run }, place) => {
            const { end, ride } = given[place]?.calls[index] ?? { end: 'waits' };
            const after = advanced(run, end);
            // A first attempt is made of what has just ended, and where it stays.
            const isTold = ride !== undefined && !isEnded(run.phase) && isEnded(after.phase) && run.event.callback !== null;
            return outcome(run, end, isTold && (isAlone || end === 'completed') ? ride : undefined);
          }),
        });
        for (const [place, { run }] of before.entries()) if (isEnded(run.phase)) expect(runs[place]?.run.phase).toEqual(run.phase);
      }
      const kept = JSON.parse(JSON.stringify(runs.map(toKept))) as readonly KeptRun[];

      expect(runs.map(({ run }) => run.event)).toEqual(given.map(({ hasCallback }, index) => runOf(index, hasCallback).event));
      expect(kept.map(({ callback: _callback, hasLeft: _hasLeft, ...state }) => state)).toEqual(runs.map(({ run }) => stateOf(run)));
      const here = kept.filter(({ hasLeft }) => hasLeft !== true);
      const left = kept.filter(({ hasLeft }) => hasLeft === true);
      expect(here.length + left.length).toBe(given.length);
      expect(left).toEqual(isAlone ? [] : kept.filter(({ phase }) => phase.status !== 'completed'));
      const owed = kept.filter(
        (run) => run.hasLeft !== true && isEnded(run.phase) && run.callback.url !== null && !isSettled(run.callback),
      );
      const owners = owed.map((run) => runs[kept.indexOf(run)]?.run.event.id);
      expect(deliveriesOf(runs, workflow).map(({ target: { owner } }) => owner)).toEqual(owners);
    }),
  );
});
