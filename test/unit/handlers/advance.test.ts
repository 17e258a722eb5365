import fc from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { PermanentError, RetryLaterError } from '../../../domain/handler-errors.ts';
import { isEnded, nextStage } from '../../../domain/event-run.ts';
import type { RunOutcome } from '../../../domain/run-outcome.ts';
import { recordOutcome } from '../../../domain/run-outcome.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import type { HandlerContext } from '../../../domain/define-event.ts';
import type { Advanced, AdvancedRun, DueRun, Told } from '../../../handlers/advance-port.ts';
import { Stopped } from '../../../handlers/stopped.ts';
import { NOON_MS } from '../domain/event-samples.ts';
import type { Handler } from './advance-samples.ts';
import { prepare, runOf, runsOf, stagedType, typeWith } from './advance-samples.ts';

const half = { step: 'load', percent: 50, message: 'half' };
const noFailures = { failed: 0, lost: 0 };

function outcomesOf({ runs }: Advanced): readonly (RunOutcome | null)[] {
  return runs.map((one) => (one?.kind === 'advanced' ? one.outcome : null));
}

function onlyOf({ runs: [one] }: Advanced): Extract<AdvancedRun, { kind: 'advanced' }> {
  if (one?.kind !== 'advanced') throw new Error('the run was not advanced');
  return one;
}

/** The run as whoever records its outcome has it, as the engine keeps it. */
function recorded(run: DueRun, advanced: Advanced): DueRun {
  return JSON.parse(JSON.stringify(recordOutcome(run, onlyOf(advanced).outcome)));
}

function untilAborted({ signal }: HandlerContext): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

afterEach(() => vi.useRealTimers());

describe('a run', () => {
  it('goes through its stages, each with the result of the one before, and ends with what these gave', async () => {
    const type = stagedType((name, _event, before) => [before, name]);
    const { advance, clock } = prepare(
      stagedType(async (name, _event, before) => {
        clock.nowMs += 10;
        return [before, name];
      }),
    );

    expect(await advance([runOf(type)])).toEqual({
      runs: [
        {
          kind: 'advanced',
          outcome: {
            phase: { status: 'completed', endedAtMs: NOON_MS + 30 },
            startedAtMs: NOON_MS,
            attempts: { meaning: 1, decision: 1, action: 1 },
            results: {
              meaning: [null, 'meaning'],
              decision: [[null, 'meaning'], 'decision'],
              action: [[[null, 'meaning'], 'decision'], 'action'],
            },
            progress: null,
            failures: noFailures,
            times: [
              { stage: 'meaning', fromMs: 0, forMs: 10 },
              { stage: 'decision', fromMs: 10, forMs: 10 },
              { stage: 'action', fromMs: 20, forMs: 10 },
            ],
          },
          trace: null,
        },
      ],
      change: null,
    });
  });

  it('notes no times where others share its record', async () => {
    const { advance } = prepare(stagedType((name) => name));
    const { runs } = await advance([runOf(stagedType((name) => name)), runOf(stagedType((name) => name))]);
    for (const one of runs) expect(one).not.toHaveProperty('outcome.times');
  });

  it('goes on where it was, and gives only the results that are new', async () => {
    const begun: string[] = [];
    const type = stagedType((name, _event, before, { attempt }) => {
      begun.push(name);
      return { before, attempt };
    });
    const run = { ...runOf(type), startedAtMs: 5, attempts: { meaning: 1, decision: 1 }, results: { meaning: 'm' } };

    const { outcome } = onlyOf(await prepare(type).advance([run]));

    expect(begun).toEqual(['decision', 'action']);
    expect(outcome).toMatchObject({ startedAtMs: 5, attempts: { meaning: 1, decision: 2, action: 1 } });
    expect(outcome.results).toEqual({
      decision: { before: 'm', attempt: 2 },
      action: { before: { before: 'm', attempt: 2 }, attempt: 1 },
    });
  });

  it('that has ended stays as it is', async () => {
    const type = typeWith(() => expect.fail('nothing is to be run'));
    const ended = { ...runOf(type), phase: { status: 'cancelled', endedAtMs: 7 } } as const;

    expect(onlyOf(await prepare(type).advance([ended])).outcome.phase).toEqual(ended.phase);
  });

  it('makes one attempt of one stage where each is recorded by itself', async () => {
    const type = stagedType((name) => name);
    const { advance, told } = prepare(type);

    let run = runOf(type);
    for (const stage of ['meaning', 'decision', 'action']) {
      const advanced = await advance([run], { goOn: 'one-attempt' });
      expect(onlyOf(advanced).outcome.results).toEqual({ [stage]: stage });
      expect(onlyOf(advanced).outcome.phase.status).toBe(stage === 'action' ? 'completed' : 'running');
      run = recorded(run, advanced);
    }

    expect(told).toHaveLength(6);
  });

  it('that has all its results, and no end yet, has completed', async () => {
    const type = typeWith(() => 'again');
    const run: DueRun = { ...runOf(type), results: { action: 'done' }, attempts: { action: 1 } };

    expect(onlyOf(await prepare(type).advance([run])).outcome).toMatchObject({
      phase: { status: 'completed', endedAtMs: NOON_MS },
      results: {},
      attempts: { action: 1 },
    });
  });

  it('is begun whatever it waits for: whoever has it advanced knows when', async () => {
    const type = typeWith(() => 'done');
    const lastError = { code: 'handler_failed', message: 'no', stage: 'action', retryable: true };
    const waiting = { reason: 'retry', untilMs: NOON_MS + 60_000, lastError } as const;
    const run: DueRun = {
      ...runOf(type),
      phase: { status: 'waiting', stage: 'action', waiting },
      attempts: { action: 1 },
      failures: { failed: 1, lost: 0 },
    };

    expect(onlyOf(await prepare(type).advance([run])).outcome).toMatchObject({
      phase: { status: 'completed' },
      attempts: { action: 2 },
      failures: noFailures,
    });
  });

  it('keeps results as JSON, and later stages see the same whether or not they run in the same process', async () => {
    const seen: unknown[] = [];
    const type = stagedType((name, _event, before) => {
      seen.push(before);
      return { name, at: new Date(0), gone: undefined, none: NaN, list: new Set([1]), before };
    });
    const { advance } = prepare(type);

    const atOnce = onlyOf(await advance([runOf(type)])).outcome.results;
    const seenAtOnce = seen.splice(0);
    let run = runOf(type);
    while (!isEnded(run.phase)) run = recorded(run, await advance([run], { goOn: 'one-attempt' }));

    const meaning = { name: 'meaning', at: '1970-01-01T00:00:00.000Z', none: null, list: {}, before: null };
    expect(seenAtOnce[1]).toEqual(meaning);
    expect(seen).toEqual(seenAtOnce);
    expect(run.results).toEqual(atOnce);
    expect(atOnce['meaning']).toEqual(meaning);
  });

  it('keeps no larger results than there is room for in a history that others share', async () => {
    const type = typeWith(() => 'x'.repeat(5_000));
    const { advance } = prepare(type);

    expect(onlyOf(await advance([runOf(type)])).outcome.phase.status).toBe('completed');
    const tooLarge = { outcome: { phase: { status: 'failed', error: { code: 'result_too_large' } } } };
    expect(onlyOf(await advance([runOf(type)], { bounds: { ms: 500, bytes: null } }))).toMatchObject(tooLarge);
    expect((await advance([runOf(type), runOf(type)])).runs).toMatchObject([tooLarge, tooLarge]);
  });
});

describe('what is told meanwhile', () => {
  it('is each beginning, progress and end in this order, all before the outcome', async () => {
    const again = { ...half, percent: 20, message: 'again' };
    const type = stagedType((name, _event, _before, { heartbeat, log }) => {
      if (name !== 'decision') return name;
      heartbeat(half);
      log.warn('slow', { orderId: 'A-1' });
      heartbeat(again);
      return name;
    });

    const { advance, told } = prepare(type);

    const seen = await advance([runOf(type)]).then(() => [...told]);

    expect(seen).toMatchObject([
      { kind: 'run', index: 0, state: { phase: { status: 'running', stage: 'meaning' }, startedAtMs: NOON_MS, attempts: { meaning: 1 } } },
      { kind: 'run', state: { phase: { status: 'running', stage: 'decision' }, results: { meaning: 'meaning' }, progress: null } },
      { kind: 'progress', index: 0, progress: half },
      { kind: 'log', index: 0, stage: 'decision', attempt: 1, level: 'warn', message: 'slow', fields: { orderId: 'A-1' } },
      { kind: 'progress', progress: { ...half, last: again } },
      { kind: 'run', state: { phase: { status: 'running', stage: 'action' }, progress: null } },
      { kind: 'run', state: { phase: { status: 'completed', endedAtMs: NOON_MS }, results: { action: 'action' } } },
    ]);
    expect(seen).toHaveLength(7);
  });

  it('says of an attempt that has failed which it was, and why, whether another follows or not', async () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:4000');
    const type = typeWith((_event, { attempt, log }) => {
      log.info('trying');
      throw attempt === 1 ? new Error('fetch failed', { cause }) : new PermanentError('gone', 'no more');
    });
    const { advance, told } = prepare(type);

    const waits = await advance([runOf(type)]);
    await advance([recorded(runOf(type), waits)]);

    const seen = told.flatMap((one) => (one.kind === 'failed' || one.kind === 'log' ? [one] : []));
    expect(seen).toMatchObject([
      { kind: 'log', attempt: 1, message: 'trying' },
      {
        attempt: 1,
        failure: { error: { message: 'fetch failed: connect ECONNREFUSED 127.0.0.1:4000', retryable: true } },
        trace: { message: 'fetch failed', cause: { message: 'connect ECONNREFUSED 127.0.0.1:4000' } },
      },
      { kind: 'log', attempt: 2, message: 'trying' },
      { attempt: 2, failure: { error: { code: 'gone', message: 'no more', retryable: false } } },
    ]);
  });

  it('says whose it is', async () => {
    const type = typeWith(({ id }, { log }) => log.info(id));
    const { advance, told } = prepare(type);

    await advance(runsOf(3, type));

    const logged = told.filter((one): one is Extract<Told, { kind: 'log' }> => one.kind === 'log');
    expect(logged.map(({ index, message }) => [index, message])).toEqual([0, 1, 2].map((index) => [index, `order-${index}`]));
    expect(told.filter(({ kind }) => kind === 'run')).toHaveLength(6);
  });

  it.each<[string, Handler]>([
    ['returned', () => 'done'],
    ['failed', () => Promise.reject(new Error('broken'))],
    ['run out of time', (_event, context) => untilAborted(context)],
  ])('is no progress when a handler reports after it has %s', async (_how, handler) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const contexts: HandlerContext[] = [];
    const type = typeWith((event, context) => {
      contexts.push(context);
      return handler(event, context);
    });
    const { advance, told } = prepare(type);
    const advancing = advance([runOf(type)]);
    await vi.advanceTimersByTimeAsync(10_000);
    const { outcome } = onlyOf(await advancing);
    const before = told.length;

    contexts[0]?.heartbeat(half);

    expect(told).toHaveLength(before);
    expect(outcome.progress).toBeNull();
  });

  it('is kept of a run that waits, whose percent then doesn’t fall', async () => {
    const type = typeWith((_event, { heartbeat, attempt }) => {
      heartbeat({ ...half, percent: attempt === 1 ? 50 : 10 });
      if (attempt === 1) throw new Error('no more');
    });
    const { advance } = prepare(type);

    const waits = await advance([runOf(type)]);
    const ends = await advance([recorded(runOf(type), waits)]);

    expect([waits, ends].map((advanced) => onlyOf(advanced).outcome.progress?.percent)).toEqual([50, 50]);
  });

  it('can be told to another process, whatever a handler says of its progress', async () => {
    const type = typeWith((_event, { heartbeat }) => {
      heartbeat({ ...half, ...{ onDone: () => undefined } });
      return 'done';
    });

    expect(onlyOf(await prepare(type).advance([runOf(type)])).outcome.phase.status).toBe('completed');
  });

  it('is no more of its progress than histories bear', async () => {
    const type = typeWith((_event, { heartbeat }) => heartbeat({ ...half, message: 'x'.repeat(3_000_000) }));

    expect(JSON.stringify(await prepare(type).advance([runOf(type)])).length).toBeLessThan(64 * 1024);
  });
});

describe('an attempt that fails', () => {
  it('has its run wait as its type says, with where it failed for people', async () => {
    const type = stagedType((name) => {
      if (name === 'decision') throw new TypeError('not now', { cause: new Error('refused') });
      return name;
    });

    const { outcome, trace } = onlyOf(await prepare(type).advance([runOf(type)]));

    const lastError = { code: 'handler_failed', message: 'not now: refused', stage: 'decision', retryable: true };
    expect(outcome).toEqual({
      phase: { status: 'waiting', stage: 'decision', waiting: { reason: 'retry', untilMs: NOON_MS + 100, forMs: 100, lastError } },
      startedAtMs: NOON_MS,
      attempts: { meaning: 1, decision: 1 },
      results: { meaning: 'meaning' },
      progress: null,
      failures: { failed: 1, lost: 0 },
      times: [
        { stage: 'meaning', fromMs: 0, forMs: 0 },
        { stage: 'decision', fromMs: 0, forMs: 0, error: 'handler_failed' },
      ],
    });
    expect(trace).toMatchObject({ name: 'TypeError', message: 'not now', cause: { message: 'refused' } });
    expect(trace?.stack).toContain('advance.test.ts');
  });

  it('is counted across calls, until no other is due', async () => {
    const type = typeWith((_event, { attempt }) => Promise.reject(new Error(`attempt ${attempt}`)));
    const { advance, clock } = prepare(type);

    let run = runOf(type);
    const untilMs: unknown[] = [];
    while (!isEnded(run.phase)) {
      run = recorded(run, await advance([run]));
      if (run.phase.status !== 'waiting' || run.phase.waiting.reason !== 'retry') continue;
      untilMs.push(run.phase.waiting.untilMs - clock.nowMs);
      clock.nowMs = run.phase.waiting.untilMs;
    }

    expect(untilMs).toEqual([100, 200]);
    expect(run).toMatchObject({
      attempts: { action: 3 },
      phase: { status: 'failed', endedAtMs: NOON_MS + 300, error: { message: 'attempt 3' } },
    });
  });

  it.each<[string, Error | string, object]>([
    ['no error', 'broken', { status: 'waiting', waiting: { lastError: { code: 'handler_failed', message: 'broken' } } }],
    ['a PermanentError', new PermanentError('card_declined', 'no money'), { status: 'failed', error: { code: 'card_declined' } }],
    ['a RetryLaterError', new RetryLaterError(5_000), { status: 'waiting', waiting: { untilMs: NOON_MS + 5_000 } }],
  ])('by %s says so', async (_what, thrown, phase) => {
    const type = typeWith(() => Promise.reject(thrown));

    expect(onlyOf(await prepare(type).advance([runOf(type)])).outcome.phase).toMatchObject(phase);
  });

  it('is its run’s, and nobody else’s', async () => {
    const type = stagedType((name, { id }) => {
      if (id === 'order-1' && name === 'decision') throw new PermanentError('refused', 'no');
      return name;
    });

    const outcomes = outcomesOf(await prepare(type).advance(runsOf(3, type)));

    expect(outcomes.map((outcome) => outcome?.phase.status)).toEqual(['completed', 'failed', 'completed']);
    expect(outcomes[1]).toMatchObject({ results: { meaning: 'meaning' }, attempts: { meaning: 1, decision: 1 } });
  });

  it('is tried again later, and uses up none of its attempts, where the type is not known', async () => {
    const type = typeWith(() => 'done');

    expect(onlyOf(await prepare().advance([runOf(type)])).outcome).toMatchObject({
      phase: { status: 'waiting', waiting: { untilMs: NOON_MS + 30_000, lastError: { code: 'unknown_type', stage: 'action' } } },
      failures: { failed: 0, lost: 1 },
    });
  });

  it('does not give a result that no handler has given, where the type no longer has the stage', async () => {
    const before = stagedType(() => 'done');
    const renamed = defineEvent({
      type: before.type,
      data: z.unknown(),
      tier: 'normal',
      stages: [
        ['meaning', () => 'done'],
        ['ship', () => 'done'],
      ],
    });

    expect(onlyOf(await prepare(renamed).advance([runOf(before)])).outcome).toMatchObject({
      phase: {
        status: 'waiting',
        stage: 'decision',
        waiting: { lastError: { code: 'unknown_type', message: expect.stringContaining('with a stage "decision"') } },
      },
      results: { meaning: 'done' },
    });
  });

  it('fails by its timeout though its handler never listens, and lets nothing escape that it throws after all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const escaped = vi.fn();
    process.on('unhandledRejection', escaped);
    onTestFinished(() => void process.off('unhandledRejection', escaped));
    const type = typeWith(
      () =>
        new Promise((_, reject) => {
          setTimeout(() => reject(new Error('too late')), 11_000);
        }),
    );

    const advancing = prepare(type).advance([runOf(type)]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onlyOf(await advancing).outcome).toMatchObject({
      phase: { waiting: { lastError: { code: 'timeout', message: 'not done within 10000 ms' } } },
      failures: { failed: 1, lost: 0 },
    });
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise(setImmediate);

    expect(escaped).not.toHaveBeenCalled();
  });
});

describe('when it is told to stop', () => {
  it('as its process ends, what was begun is lost, and uses up no attempt', async () => {
    const type = typeWith((_event, context) => untilAborted(context));
    const { advance, stop } = prepare(type);

    const advancing = advance(runsOf(2, type));
    stop.abort(new Stopped('shutdown'));

    for (const outcome of outcomesOf(await advancing)) {
      expect(outcome).toMatchObject({
        phase: { status: 'waiting', waiting: { untilMs: NOON_MS, lastError: { code: 'worker_lost', retryable: true } } },
        failures: { failed: 0, lost: 1 },
      });
    }
  });

  it.each<[string, Handler]>([
    ['stops', (_event, context) => untilAborted(context)],
    ['never listens', () => new Promise(() => undefined)],
    ['makes an error of its own of it', (_event, context) => untilAborted(context).catch(() => Promise.reject(new Error('stopped')))],
  ])('as it was cancelled, nothing is to be recorded, though a handler %s', async (_how, handler) => {
    const type = typeWith(handler);
    const { advance, stop } = prepare(type);
    const reason = new Stopped('cancelled');

    const advancing = advance(runsOf(2, type));
    stop.abort(reason);

    await expect(advancing).rejects.toBe(reason);
  });

  it('before it begins, it calls no handler', async () => {
    const handler = vi.fn();
    const type = typeWith(handler);
    const { advance, stop } = prepare(type);
    stop.abort(new Stopped('cancelled'));

    await expect(advance([runOf(type)])).rejects.toThrow('the event was cancelled');
    expect(handler).not.toHaveBeenCalled();
  });

  it('has many listen without a warning', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const type = typeWith(async () => new Promise(setImmediate));

    await prepare(type).advance(runsOf(100, type));

    expect(warned).not.toHaveBeenCalled();
  });
});

describe('many runs', () => {
  it('begin in order, never more at once than may, and each ends once', async () => {
    const anyPauses = fc.array(fc.nat(5), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(anyPauses, fc.integer({ min: 1, max: 8 }), async (pauses, atOnce) => {
        let [open, mostOpen] = [0, 0];
        const begun: string[] = [];
        const type = typeWith(async ({ id }) => {
          begun.push(id);
          open += 1;
          mostOpen = Math.max(mostOpen, open);
          for (let turns = pauses[begun.length - 1] ?? 0; turns >= 0; turns -= 1) await Promise.resolve();
          open -= 1;
          return id;
        });

        const outcomes = outcomesOf(await prepare(type).advance(runsOf(pauses.length, type), { atOnce }));

        expect(mostOpen).toBe(Math.min(atOnce, pauses.length));
        expect(begun).toEqual(pauses.map((_, index) => `order-${index}`));
        expect(outcomes.map((outcome) => outcome?.results)).toEqual(pauses.map((_, index) => ({ action: `order-${index}` })));
      }),
      { numRuns: 50 },
    );
  });

  it('one after the other go each to its end before the next', async () => {
    const begun: string[] = [];
    const type = stagedType(async (name, { id }) => void begun.push(`${id} ${name}`));

    await prepare(type).advance(runsOf(2, type), { atOnce: 1 });

    expect(begun).toEqual(['order-0', 'order-1'].flatMap((id) => ['meaning', 'decision', 'action'].map((name) => `${id} ${name}`)));
  });

  it('are overtaken by none in order, and hold up none otherwise', async () => {
    const type = typeWith(({ id }) => {
      if (id === 'order-1') throw new Error('not now');
    });
    const statuses = async (inOrder: boolean) =>
      outcomesOf(await prepare(type).advance(runsOf(3, type), { atOnce: 1, inOrder })).map((outcome) => outcome?.phase.status ?? null);

    expect(await statuses(true)).toEqual(['completed', 'waiting', null]);
    expect(await statuses(false)).toEqual(['completed', 'waiting', 'completed']);
  });

  it('are overtaken in order by those after one that has failed', async () => {
    const type = typeWith(({ id }) => {
      if (id === 'order-0') throw new PermanentError('refused', 'no');
    });

    const outcomes = outcomesOf(await prepare(type).advance(runsOf(2, type), { atOnce: 1, inOrder: true }));

    expect(outcomes.map((outcome) => outcome?.phase.status)).toEqual(['failed', 'completed']);
  });

  it('are begun as long as there is time, and what was begun is brought to its end', async () => {
    const type = stagedType(() => {
      clock.nowMs += 100;
    });
    const { advance, clock } = prepare(type);
    const bounds = { ms: 500, bytes: null };

    const outcomes = outcomesOf(await advance(runsOf(5, type), { atOnce: 1, bounds }));

    expect(outcomes.map((outcome) => outcome?.phase.status ?? null)).toEqual(['completed', 'completed', null, null, null]);
  });

  it('are begun as long as what they came to is small, by its bytes', async () => {
    const bounds = { ms: 500, bytes: 8_000 };
    const begun = async (result: string) => {
      const type = typeWith(() => result);
      return outcomesOf(await prepare(type).advance(runsOf(5, type), { atOnce: 1, bounds })).filter((one) => one !== null).length;
    };

    expect(await begun('x'.repeat(2_600))).toBe(3);
    expect(await begun('€'.repeat(1_300))).toBe(2);
    expect(await begun('small')).toBe(5);
  });

  it('are at least one, so that there is always progress', async () => {
    const type = typeWith(() => 'done');

    expect(outcomesOf(await prepare(type).advance(runsOf(2, type), { atOnce: 2, bounds: { ms: 0, bytes: 0 } }))).toMatchObject([
      { phase: { status: 'completed' } },
      null,
    ]);
  });

  it('all come to one verdict in the end, whatever their handlers do, and each result is kept once', async () => {
    type Step = 'gives' | 'throws' | 'waits' | 'refuses';
    const anySteps = fc.array(fc.constantFrom<Step>('gives', 'gives', 'throws', 'waits', 'refuses'), { maxLength: 12 });
    const anyWay = fc.record({ goOn: fc.constantFrom('until-it-waits', 'one-attempt'), atOnce: fc.integer({ min: 1, max: 4 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(anySteps, { minLength: 1, maxLength: 5 }), anyWay, async (scripts, { goOn, atOnce }) => {
        const calls = scripts.map(() => 0);
        const type = stagedType(async (name, { id }) => {
          const index = Number(id.slice('order-'.length));
          const step = scripts[index]?.[calls[index] ?? 0] ?? 'gives';
          calls[index] = (calls[index] ?? 0) + 1;
          if (step === 'throws') throw new Error('no');
          if (step === 'waits') throw new RetryLaterError(10);
          if (step === 'refuses') throw new PermanentError('refused', 'no');
          return name;
        });
        const { advance } = prepare(type);

        let runs = runsOf(scripts.length, type);
        for (let round = 0; runs.some(({ phase }) => !isEnded(phase)); round += 1) {
          expect(round).toBeLessThan(20);
          const outcomes = outcomesOf(await advance(runs, { goOn, atOnce }));
          runs = runs.map((run, index) => {
            const outcome = outcomes[index];
            return outcome ? recordOutcome(run, outcome) : expect.fail('a run was not begun');
          });
        }

        expect(runs.map(({ attempts }) => Object.values(attempts).reduce((sum, made) => sum + made, 0))).toEqual(calls);
        for (const run of runs) {
          expect(run.results).toEqual(Object.fromEntries(Object.keys(run.results).map((name) => [name, name])));
          expect(run.phase.status === 'completed').toBe(nextStage(run) === null);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a type with a time for all attempts', () => {
  const typeFor = (handler: Handler) =>
    defineEvent({
      type: 'sample',
      data: z.unknown(),
      tier: 'normal',
      timeouts: { total: 1_000, action: 500 },
      retry: { maxAttempts: 9, initialDelayMs: 300, factor: 1 },
      handler,
    });

  it('gives a later attempt what is left of it, and then no other', async () => {
    vi.useFakeTimers();
    const { advance, clock } = prepare(typeFor((_event, context) => untilAborted(context)));
    const run = { ...runOf(typeFor(() => null)), startedAtMs: NOON_MS - 900, attempts: { action: 2 } };

    const advancing = advance([run]);
    await vi.advanceTimersByTimeAsync(100);

    expect(onlyOf(await advancing).outcome).toMatchObject({
      attempts: { action: 3 },
      startedAtMs: NOON_MS - 900,
      phase: { status: 'failed', error: { code: 'timeout', message: 'not done within 1000 ms in all: not done within 100 ms' } },
    });
    expect(clock.nowMs).toBe(NOON_MS);
  });

  it('says of an attempt that took as long as its stage may that it is tried again', async () => {
    vi.useFakeTimers();
    const { advance } = prepare(typeFor((_event, context) => untilAborted(context)));

    const advancing = advance([runOf(typeFor(() => null))]);
    await vi.advanceTimersByTimeAsync(500);

    expect(onlyOf(await advancing).outcome.phase).toMatchObject({
      status: 'waiting',
      waiting: { lastError: { code: 'timeout', message: 'not done within 500 ms' } },
    });
  });

  it('calls no handler once it is over', async () => {
    const handler = vi.fn();
    const { advance } = prepare(typeFor(handler));
    const lastError = { code: 'handler_failed', message: 'busy', stage: 'action', retryable: true };
    const waiting = { reason: 'retry', untilMs: NOON_MS, forMs: 300, lastError } as const;
    const run: DueRun = {
      ...runOf(typeFor(handler)),
      startedAtMs: NOON_MS - 1_000,
      attempts: { action: 2 },
      phase: { status: 'waiting', stage: 'action', waiting },
    };

    expect(onlyOf(await advance([run])).outcome).toMatchObject({
      attempts: { action: 2 },
      phase: { status: 'failed', endedAtMs: NOON_MS, error: { code: 'timeout', message: 'not done within 1000 ms in all: busy' } },
    });
    expect(handler).not.toHaveBeenCalled();
  });
});
