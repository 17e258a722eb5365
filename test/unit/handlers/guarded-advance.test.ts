import { afterEach, describe, expect, it, vi } from 'vitest';
import { beginAttempt, completeStage, endRun, reportProgress } from '../../../domain/event-run.ts';
import { outcomeOf } from '../../../domain/run-outcome.ts';
import type { Advanced, Due } from '../../../handlers/advance-port.ts';
import { createGuardedAdvance } from '../../../handlers/hosts/guarded-advance.ts';
import { HostEnded } from '../../../handlers/hosts/host-ended.ts';
import type { HostEnd } from '../../../handlers/hosts/host-ended.ts';
import type { HostPool } from '../../../handlers/hosts/pool.ts';
import type { Host } from '../../../handlers/hosts/start-host.ts';
import { Stopped } from '../../../handlers/stopped.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';
import { runsOf, stagedType } from './advance-samples.ts';

const EXITED: HostEnd = { kind: 'exited', code: 1, signal: null, memoryMb: null };
const type = stagedType((name) => name);
const port = { signal: new AbortController().signal, tell: () => undefined };

type AdvanceThere = (due: Due) => Promise<Advanced>;

afterEach(() => vi.restoreAllMocks());

function poolOf(shared: AdvanceThere, alone: AdvanceThere = shared): HostPool {
  const hostThat = (advance: AdvanceThere): Host => ({
    pid: 1,
    ready: Promise.resolve(),
    ended: new Promise(() => undefined),
    inFlight: () => 0,
    isEnding: () => false,
    isSilent: () => false,
    advance,
    ask: async () => [],
    look: () => undefined,
    kill: () => undefined,
    close: async () => undefined,
  });
  return {
    ready: Promise.resolve(),
    shared: async () => hostThat(shared),
    alone: async (_options, work) => work(hostThat(alone)),
    isBusy: () => false,
    pids: () => [],
    close: async () => undefined,
  };
}

function guard(pool: HostPool) {
  return createGuardedAdvance(pool, () => NOON_MS);
}

function dueOf(count: number, due: Partial<Due> = {}): Due {
  return { runs: runsOf(count, type), atOnce: count, inOrder: false, goOn: 'until-it-waits', bounds: null, subject: null, ...due };
}

const ends: AdvanceThere = async ({ runs }) => {
  throw new HostEnded(EXITED, runs, new Set(), 10);
};

const completes: AdvanceThere = async ({ runs }) => ({
  runs: runs.map((run) => ({
    kind: 'advanced',
    outcome: outcomeOf(run, endRun(run, { status: 'completed', endedAtMs: 1 })),
    trace: null,
  })),
  change: null,
});

function statusesOf({ runs }: Advanced): readonly (string | null)[] {
  return runs.map((one) => (one?.kind === 'advanced' ? one.outcome.phase.status : null));
}

it('shares no process with others where its service has ended with it', async () => {
  const advance = guard(poolOf(() => Promise.reject(new Error('it is shared')), completes));

  expect(statusesOf(await advance(dueOf(2, { isSuspect: true }), port))).toEqual(['completed', 'completed']);
});

describe('a run whose process has ended', () => {
  const half = { step: 'load', percent: 50, message: 'half' };
  const threeQuarters = { ...half, percent: 75 };

  /** It comes a quarter further each time, from half on, and ends its process the first so many times. */
  function further(ends: number): { readonly advance: AdvanceThere; readonly seen: unknown[] } {
    const seen: unknown[] = [];
    const advance: AdvanceThere = async (due) => {
      seen.push(due.runs.map(({ progress }) => progress?.percent ?? null));
      if (seen.length > ends) return completes(due);
      const said = seen.length === 1 ? half : threeQuarters;
      const latest = due.runs.map((run) => reportProgress(beginAttempt(run, 'meaning'), said));
      throw new HostEnded(EXITED, latest, new Set(), due.runs.length);
    };
    return { advance, seen };
  }

  it('is tried alone with what it had said, and in a fresh one with what it said then', async () => {
    const seen: (number | undefined)[] = [];
    const alone: AdvanceThere = async (due) => {
      const [run = expect.fail()] = due.runs;
      seen.push(run.progress?.percent);
      if (run.progress?.percent === 75) return completes(due);
      throw new HostEnded(EXITED, [reportProgress(run, threeQuarters)], new Set(), 1);
    };

    expect(statusesOf(await guard(poolOf(further(1).advance, alone))(dueOf(5), port))).toEqual(
      Array.from({ length: 5 }, () => 'completed'),
    );
    expect(seen.filter((percent) => percent === 50)).toHaveLength(5);
    expect(seen.filter((percent) => percent === 75)).toHaveLength(5);
  });

  it.each([
    ['by itself', {}],
    ['in order', { inOrder: true }],
  ])('has in its next process what it has said in all before, %s', async (_how, due) => {
    const { advance, seen } = further(2);

    expect(statusesOf(await guard(poolOf(advance))(dueOf(1, due), port))).toEqual(['waiting']);
    expect(seen).toEqual([[null], [50]]);
  });

  it('is charged the attempt with what it has said', async () => {
    const { advance } = further(9);

    const [one] = (await guard(poolOf(advance))(dueOf(1), port)).runs;

    expect(one).toMatchObject({ outcome: { phase: { status: 'waiting' }, progress: threeQuarters } });
  });
});

describe('runs that are tried one by one', () => {
  it('are begun as long as their outcomes have room', async () => {
    const advance = guard(poolOf(ends, completes));

    const advanced = await advance(dueOf(7, { bounds: { ms: 60_000, bytes: 10 } }), port);

    expect(statusesOf(advanced)).toEqual([...Array.from({ length: 4 }, () => 'completed'), null, null, null]);
  });

  it.each([
    ['untouched where the call may leave some', { ms: 1, bytes: null }, null],
    ['with a lost attempt where all are to have an outcome', null, 'waiting'],
  ] as const)('are left %s once the time for it is over', async (_how, bounds, status) => {
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const advance = guard(
      poolOf(ends, (due) => {
        nowMs = 60_000;
        return completes(due);
      }),
    );

    const advanced = await advance(dueOf(5, { bounds }), port);

    expect(statusesOf(advanced)).toEqual(['completed', status, status, status, status]);
  });

  it('keep what some have come to when a shutdown stops the others', async () => {
    let tried = 0;
    const advance = guard(
      poolOf(ends, async (due) => {
        tried += 1;
        if (tried === 1) return completes(due);
        // After the first has come to its end.
        await new Promise((resolve) => setImmediate(resolve));
        throw new Stopped('shutdown');
      }),
    );

    const advanced = await advance(dueOf(2, { bounds: { ms: 60_000, bytes: null } }), port);

    expect(statusesOf(advanced)).toEqual(['completed', null]);
  });
});

it('keeps the stages that are done when a shutdown ends their process, and counts no attempt twice', async () => {
  const advance = guard(
    poolOf(async ({ runs }) => {
      const latest = runs.map((run) => beginAttempt(completeStage(beginAttempt(run, 'meaning'), 'meaning', 'seen'), 'decision'));
      throw new HostEnded({ kind: 'closed' }, latest, new Set(), runs.length);
    }),
  );

  const { runs } = await advance(dueOf(1), port);

  expect(runs[0]).toMatchObject({
    outcome: {
      phase: { status: 'waiting' },
      attempts: { meaning: 1, decision: 1 },
      results: { meaning: 'seen' },
      failures: { failed: 0, lost: 1 },
    },
  });
});

it('keeps what stages have emitted that are done when their process ends', async () => {
  const followUp = acceptedEvent({ id: 'k~1' });
  const emitted = { emitted: [followUp], followUps: [{ id: 'k~1', type: followUp.type }] };
  const advance = guard(
    poolOf(async ({ runs }) => {
      const latest = runs.map((run) => ({ ...completeStage(beginAttempt(run, 'meaning'), 'meaning', 'seen'), ...emitted }));
      throw new HostEnded(EXITED, latest, new Set(), 1);
    }),
  );

  const { runs } = await advance(dueOf(1), port);

  expect(runs[0]).toMatchObject({ outcome: { results: { meaning: 'seen' }, ...emitted } });
});

describe('runs in order', () => {
  it('go on after those that are known to have ended with their process', async () => {
    const given: (readonly string[])[] = [];
    const advance = guard(
      poolOf(async (due) => {
        given.push(due.runs.map(({ event }) => event.id));
        if (given.length > 1) return completes(due);
        const latest = due.runs.map((run, index) => (index === 0 ? endRun(run, { status: 'completed', endedAtMs: 1 }) : run));
        throw new HostEnded(EXITED, latest, new Set(), 10);
      }),
    );

    const advanced = await advance(dueOf(3, { inOrder: true }), port);

    expect(given).toEqual([['order-0', 'order-1', 'order-2'], ['order-1'], ['order-2']]);
    expect(statusesOf(advanced)).toEqual(['completed', 'completed', 'completed']);
  });

  it('are begun one by one as long as their outcomes have room', async () => {
    const advance = guard(poolOf(ends, completes));

    const advanced = await advance(dueOf(3, { inOrder: true, bounds: { ms: 60_000, bytes: 10 } }), port);

    expect(statusesOf(advanced)).toEqual(['completed', null, null]);
  });
});
