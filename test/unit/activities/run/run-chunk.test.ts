import { attemptTimes } from '../../../../domain/attempt-times.ts';
import { changeOf } from '../../../../domain/state-change.ts';
import { createOpenEmitter } from '../../../../handlers/create-open-emitter.ts';
import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRunChunk } from '../../../../activities/run/run-chunk.ts';
import type { FirstAttempts, FirstMessage } from '../../../../activities/callbacks/first-attempts.ts';
import { currentSurroundings } from '../../../../activities/surroundings.ts';
import type { Surroundings } from '../../../../activities/surroundings.ts';
import type { RunChunkInput } from '../../../../temporal/durable/activities.ts';
import type { Ride } from '../../../../domain/callback-message.ts';
import { toChunk } from '../../../../domain/chunk.ts';
import type { ChunkOutcome } from '../../../../domain/chunk.ts';
import type { EventDefinition } from '../../../../domain/define-event.ts';
import { stateOf } from '../../../../domain/event-run.ts';
import type { EventRun } from '../../../../domain/event-run.ts';
import { PermanentError } from '../../../../domain/handler-errors.ts';
import { createAdvance } from '../../../../handlers/advance.ts';
import type { Advance } from '../../../../handlers/advance.ts';
import { noServices } from '../../../support/handler-services.ts';
import type { Due } from '../../../../handlers/advance-port.ts';
import { createClonedAdvance } from '../../../support/cloned-advance.ts';
import { NOON_MS } from '../../domain/event-samples.ts';
import { runOf, stagedType, typeWith } from '../../handlers/advance-samples.ts';

const workflow = { id: 'g~0', runId: 'run-a' };
const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const sent: Ride = { kind: 'sent', attempt: { at: '', status: 204, durationMs: 1, error: null }, nextAttemptAfterMs: null };
const never: FirstAttempts = async (messages) => {
  expect(messages).toEqual([]);
  return [];
};

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS, toFake: ['Date'] });
});
afterEach(() => vi.useRealTimers());

interface Options {
  readonly firstAttempts?: FirstAttempts;
  readonly advance?: Advance;
  /** Those of its events, one each. */
  readonly urls?: readonly (string | null)[];
  readonly respondAfterRecord?: boolean;
  /** How often the engine has given its task out, where somebody asks. */
  readonly taskAttempt?: number;
}

/** A chunk of events of a type, and what can be seen of the call that advances it. */
function prepare(
  type: EventDefinition,
  { firstAttempts = never, advance, urls = [null], respondAfterRecord = false, taskAttempt = 1 }: Options = {},
) {
  const events = urls.map((url, index) => {
    const { event } = runOf(type, { id: `g~0_${index}`, callback: url === null ? null : { ...callback, url } });
    return { ...event, plan: { ...event.plan, respondAfterRecord } };
  });
  const chunk = toChunk(events);
  const observed: EventRun[] = [];
  const recovered: number[] = [];
  const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const runChunk = createRunChunk({
    advance: advance ?? createClonedAdvance({ find: () => type }),
    log: new DefaultLogger('ERROR'),
    observe: (run, of) => {
      expect(of).toBe(workflow);
      observed.push(run);
    },
    firstAttempts,
    now: () => NOON_MS,
    readChunk: async (of) => {
      expect(of).toBe(workflow);
      return chunk;
    },
    readTaskAttempt: async () => ({ attempt: taskAttempt, lostMs: 1_500 }),
    observeRecovery: (seconds) => recovered.push(seconds),
  });
  return {
    chunk,
    env,
    observed,
    recovered,
    run: (input: Partial<RunChunkInput> = { chunk }): Promise<ChunkOutcome> =>
      env.run(() => runChunk({ workflow, ...input }, currentSurroundings())),
    runAhead: (surroundings: Pick<Surroundings, 'signal' | 'withdrawal'>) =>
      runChunk({ workflow, chunk }, { attempt: 1, heartbeat: null, ...surroundings }),
  };
}

function nameOf({ target, message }: FirstMessage): string {
  return `${target.owner} ${message.type.replace('event.', '')}`;
}

function statusesOf({ runs }: ChunkOutcome): readonly string[] {
  return runs.map(({ phase }) => phase.status);
}

describe('the runs of a chunk', () => {
  it('go through their stages, and then make their first callbacks', async () => {
    const calls: string[] = [];
    const { run } = prepare(
      stagedType((name, { id }) => calls.push(`${id} ${name}`)),
      {
        urls: [callback.url],
        firstAttempts: async (messages, task) => {
          expect(task).toBe(workflow);
          calls.push(...messages.map(nameOf));
          return messages.map(() => sent);
        },
      },
    );

    expect(await run()).toEqual({
      runs: [
        {
          phase: { status: 'completed', endedAtMs: NOON_MS },
          startedAtMs: NOON_MS,
          attempts: { meaning: 1, decision: 1, action: 1 },
          results: { meaning: 1, decision: 2, action: 3 },
          progress: null,
          failures: { failed: 0, lost: 0 },
          times: ['meaning', 'decision', 'action'].map((stage) => ({ stage, fromMs: 0, forMs: 0 })),
          ride: sent,
        },
      ],
    });
    expect(calls).toEqual(['meaning', 'decision', 'action', 'completed'].map((what) => `g~0_0 ${what}`));
  });

  it('each run as the event that it is, in order', async () => {
    const { run } = prepare(
      stagedType((name, { id }, _before, { attempt }) => `${id} ${name} ${attempt}`),
      { urls: [null, null] },
    );

    expect((await run()).runs.map(({ results }) => results)).toEqual(
      ['g~0_0', 'g~0_1'].map((id) => ({ meaning: `${id} meaning 1`, decision: `${id} decision 1`, action: `${id} action 1` })),
    );
  });

  it('are those that its workflow was started with, for who was not told', async () => {
    const { run } = prepare(typeWith(() => 'read'));

    expect((await run({})).runs[0]?.results).toEqual({ action: 'read' });
  });

  it('go on where the workflow says, or where the chunk does', async () => {
    const type = stagedType((name, _event, before) => [before, name]);
    const { run, chunk } = prepare(type);
    const begun = [{ ...stateOf(runOf(type)), results: { meaning: 'm', decision: 'd' }, attempts: { meaning: 1, decision: 1 } }];
    const expected = { runs: [{ results: { action: ['d', 'action'] }, attempts: { meaning: 1, decision: 1, action: 1 } }] };

    expect(await run({ chunk, begun })).toMatchObject(expected);
    expect(await run({ begun })).toMatchObject(expected);
    expect(await run({ chunk: { ...chunk, begun } })).toMatchObject(expected);
    expect((await run({ begun })).runs[0]?.results).not.toHaveProperty('meaning');
  });

  it('run all at once', async () => {
    let arrived = 0;
    let open = (): void => undefined;
    const all = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { run } = prepare(
      stagedType(async () => {
        arrived += 1;
        if (arrived === 3) open();
        await all;
      }),
      { urls: [null, null, null] },
    );

    await run();

    expect(arrived).toBe(9);
  });

  it('are shown as they go, all before their callbacks', async () => {
    const { run, observed } = prepare(
      stagedType((name, _event, _before, { heartbeat }) => heartbeat({ step: name, percent: 50, message: '' })),
      {
        urls: [callback.url],
        firstAttempts: async () => {
          expect(observed.at(-1)?.phase.status).toBe('completed');
          return [sent];
        },
      },
    );

    await run();

    expect(observed.map(({ phase, progress }) => [phase.status, progress?.step])).toEqual([
      ['running', undefined],
      ['running', 'meaning'],
      // Each stage has its own.
      ['running', undefined],
      ['running', 'decision'],
      ['running', undefined],
      ['running', 'action'],
      ['completed', 'action'],
      // Said again by whoever asked for it, since what is told on the way may be left out.
      ['completed', 'action'],
    ]);
  });

  it('have smaller results in company', async () => {
    const type = typeWith(() => 'x'.repeat(5_000));

    expect(statusesOf(await prepare(type).run())).toEqual(['completed']);
    expect(statusesOf(await prepare(type, { urls: [null, null] }).run())).toEqual(['failed', 'failed']);
  });

  it('have no outcome when they are cancelled', async () => {
    const { run, env } = prepare(
      typeWith(() => new Promise(() => undefined)),
      { urls: [null, null] },
    );

    const running = run();
    env.cancel('CANCELLED');

    await expect(running).rejects.toBeInstanceOf(CancelledFailure);
  });

  it('are lost when their process ends, and are to be run again', async () => {
    const { run, env } = prepare(
      typeWith(() => new Promise(() => undefined)),
      { urls: [callback.url] },
    );

    const running = run();
    env.cancel('WORKER_SHUTDOWN');

    expect(await running).toMatchObject({ runs: [{ phase: { status: 'waiting' }, failures: { failed: 0, lost: 1 } }] });
  });

  it.each([
    ['given out for the fourth time', {}, 4, true, [1.5]],
    ['given out for the third time', {}, 3, undefined, [1.5]],
    ['given out for the first time', {}, 1, undefined, []],
    ['begun where it was accepted', undefined, 9, undefined, []],
  ])(
    'are suspected where their processes have ended with them: a task that was %s',
    async (_how, input, taskAttempt, isSuspect, lostFor) => {
      const dues: Due[] = [];
      const { run, recovered } = prepare(
        typeWith(() => null),
        {
          taskAttempt,
          advance: (due) => {
            dues.push(due);
            return Promise.reject(new Error('seen'));
          },
        },
      );

      await expect(run(input)).rejects.toThrow('seen');
      expect(dues.map((due) => due.isSuspect)).toEqual([isSuspect]);
      // How long the task lay there is measured once it is taken up.
      expect(recovered).toEqual(lostFor);
    },
  );

  it('each come to something', async () => {
    const { run } = prepare(
      typeWith(() => null),
      { advance: async () => ({ runs: [null], change: null }) },
    );

    await expect(run()).rejects.toThrow('the run 0 of "g~0" was not advanced');
  });
});

describe('first callbacks', () => {
  const urls = Array.from({ length: 40 }, (_, index) => `https://${index % 2 ? 'a' : 'b'}.example/hook`);

  it('are made for each, all at once', async () => {
    const { run } = prepare(
      typeWith(() => 1),
      {
        urls,
        firstAttempts: async (messages, task) => {
          expect([task, messages.map(({ target }) => target.callback.url)]).toEqual([workflow, urls]);
          return messages.map(() => sent);
        },
      },
    );

    expect((await run()).runs.map(({ ride }) => ride)).toEqual(urls.map(() => sent));
  });

  it('are left to a delivery where nothing is known of them', async () => {
    const { run } = prepare(
      typeWith(() => 1),
      {
        urls,
        firstAttempts: async () => [sent],
      },
    );

    expect((await run()).runs.map(({ ride }) => ride?.kind)).toEqual(urls.map((_, index) => (index === 0 ? 'sent' : 'declined')));
  });

  it('are made of nobody who did not ask for one, or whose end is to be on record first', async () => {
    const type = typeWith(() => 1);

    for (const options of [{ urls: [null] }, { urls: [callback.url], respondAfterRecord: true }]) {
      const { runs } = await prepare(type, options).run();
      expect(runs).toMatchObject([{ phase: { status: 'completed' } }]);
      expect(runs[0]).not.toHaveProperty('ride');
    }
  });

  it('tell of a failure where its run is alone, and are left to where it goes on in company', async () => {
    const refusing = stagedType((name, { id }) => {
      if (id === 'g~0_1' && name === 'decision') throw new PermanentError('refused', 'no');
      return name;
    });
    const ridden: string[] = [];
    const firstAttempts: FirstAttempts = async (messages) => {
      ridden.push(...messages.map(nameOf));
      return messages.map(() => sent);
    };
    const failing = typeWith(() => Promise.reject(new PermanentError('refused', 'no')));

    const inCompany = await prepare(refusing, { urls: [callback.url, callback.url, callback.url], firstAttempts }).run();
    const alone = await prepare(failing, { urls: [callback.url], firstAttempts }).run();

    expect(statusesOf(inCompany)).toEqual(['completed', 'failed', 'completed']);
    expect(inCompany.runs[1]).toMatchObject({ results: { meaning: 'meaning' }, attempts: { meaning: 1, decision: 1 } });
    expect(inCompany.runs.map(({ ride: one }) => one?.kind)).toEqual(['sent', undefined, 'sent']);
    expect(alone.runs).toMatchObject([{ phase: { status: 'failed' }, ride: sent }]);
    expect(ridden).toEqual(['g~0_0 completed', 'g~0_2 completed', 'g~0_0 failed']);
  });

  it('wait for the next attempt of who is to be tried again', async () => {
    const { run } = prepare(
      typeWith(() => Promise.reject(new Error('not now'))),
      { urls: [callback.url] },
    );

    expect((await run()).runs).toEqual([expect.not.objectContaining({ ride: expect.anything() })]);
  });
});

describe('a chunk that is run ahead', () => {
  it('is cancelled where it is taken back, and nobody is told before that is on record', async () => {
    const handler = vi.fn();
    const { runAhead, observed } = prepare(typeWith(handler), { urls: [callback.url] });
    const ending = new AbortController();
    const begun = vi.fn();
    ending.abort(new Error('it was taken back'));

    const outcome = await runAhead({ signal: ending.signal, withdrawal: { begun, isWithdrawn: () => true } });

    expect(outcome.runs).toMatchObject([
      { phase: { status: 'cancelled', endedAtMs: NOON_MS }, startedAtMs: null, attempts: {}, results: {} },
    ]);
    expect(outcome.runs[0]).not.toHaveProperty('ride');
    expect(handler).not.toHaveBeenCalled();
    expect(begun).not.toHaveBeenCalled();
    expect(observed.filter(({ phase }) => phase.status === 'cancelled')).toEqual([]);
  });

  it('says when it has begun, before any handler is called', async () => {
    const calls: string[] = [];
    const { runAhead } = prepare(
      typeWith(() => calls.push('handler')),
      {
        advance: createAdvance({
          times: attemptTimes,
          changeOf,
          resolve: () => typeWith(() => calls.push('handler')),
          services: noServices,
          openEmitter: createOpenEmitter(async () => []),
          now: Date.now,
          monotonicMs: Date.now,
        }),
      },
    );

    await runAhead({
      signal: new AbortController().signal,
      withdrawal: { begun: () => void calls.push('begun'), isWithdrawn: () => false },
    });

    expect(calls).toEqual(['begun', 'handler']);
  });
});
