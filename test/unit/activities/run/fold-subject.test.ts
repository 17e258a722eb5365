import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createFoldSubject, foldLetters } from '../../../../activities/run/fold-subject.ts';
import type { FoldInput } from '../../../../temporal/durable/activities.ts';
import { createCatalog } from '../../../../domain/catalog.ts';
import { defineEvent } from '../../../../domain/define-event.ts';
import type { EventDefinition, HandlerContext } from '../../../../domain/define-event.ts';
import { defineSubject } from '../../../../domain/define-subject.ts';
import { PermanentError, RetryLaterError } from '../../../../domain/handler-errors.ts';
import { toRunPlan } from '../../../../domain/run-plan.ts';
import { applyChange } from '../../../../domain/state-change.ts';
import type { FoldedLetter, SubjectLetter } from '../../../../domain/subject.ts';
import { createClonedAdvance } from '../../../support/cloned-advance.ts';
import { acceptedEvent } from '../../domain/event-samples.ts';

interface Sum {
  readonly sum: number;
  readonly settledAtMs: number;
  readonly log?: unknown;
}

const sum = defineSubject<Sum>({
  type: 'sum',
  initial: ({ id, tenant, atMs }) => ({ sum: id === 'a' && tenant === 'default' ? 0 : 100, settledAtMs: atMs }),
  settle: (state, atMs) => ({ ...state, settledAtMs: atMs }),
  apply: (state, { results, data }) => {
    if (results['action'] === 'odd') throw new PermanentError('it_is_odd', 'it is odd');
    if (data === 'fills') return { ...state, log: 'x'.repeat(128 * 1024) };
    if (data === 'breaks') return { ...state, log: { total: 1n } };
    return { ...state, sum: state.sum + Number(results['action']) };
  },
});
const keys: string[] = [];
const contexts: HandlerContext<Sum>[] = [];
const add = defineEvent({
  type: 'add',
  data: z.unknown(),
  tier: 'normal',
  subject: sum,
  retry: { maxAttempts: 2, initialDelayMs: 1, factor: 1, maxDelayMs: 1 },
  meaning: (_event, { state }) => ({ sum: state?.sum, settledAtMs: state?.settledAtMs }),
  action: async ({ data }, _decision, context) => {
    const { attempt, idempotencyKey, heartbeat, log, signal } = context;
    contexts.push(context);
    heartbeat({ step: 'adding', percent: 50, message: '' });
    log.info('adding');
    keys.push(idempotencyKey);
    if (data === 'fails') throw new Error('no');
    if (data === 'refuses') throw new PermanentError('refused', 'not at all');
    if (data === 'once' && attempt === 1) throw new Error('not yet');
    if (data === 'soon' && attempt === 1) throw new RetryLaterError(20);
    if (data === 'waits') throw new RetryLaterError(900);
    if (data === 'later') throw new RetryLaterError(1_001);
    if (data === 'large') return 'x'.repeat(5_000);
    if (data === 'nothing') return undefined;
    if (data === 'hangs') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    return data;
  },
});
const plan = toRunPlan(add, { type: 'add', limits: [], subjectType: 'sum' });

function letter(data: unknown, fields: Partial<SubjectLetter> = {}): SubjectLetter {
  return { event: acceptedEvent({ id: `s~sum~a~${String(data)}`, type: 'add', data, plan }), idHash: 'i', contentHash: 'c', ...fields };
}

function input(letters: readonly SubjectLetter[], fields: Partial<FoldInput> = {}): FoldInput {
  return { key: { tenant: 'default', type: 'sum', id: 'a' }, version: 0, state: null, updatedAtMs: null, letters, ...fields };
}

interface Options {
  readonly find?: (type: string) => EventDefinition | undefined;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

async function fold(folded: FoldInput, options: Options = {}) {
  const { find = createCatalog([add]).find, now = () => 1_000, signal = new AbortController().signal } = options;
  const logged: string[] = [];
  const write = (message: string): void => void logged.push(message);
  const log = { info: write, warn: write, error: write };
  const { change, letters } = await foldLetters(createClonedAdvance({ find }, now), folded, { signal, log });
  return { state: applyChange(folded.state, change), letters, logged };
}

const log = new DefaultLogger('ERROR');

function environment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

function outcomeOf(folded: FoldedLetter | undefined) {
  return folded?.kind === 'processed' ? folded.outcome : expect.fail('it was not processed');
}

describe('the events of a subject', () => {
  it('run each on the state that the one before it left', async () => {
    const { state, letters, logged } = await fold(input([letter(1), letter(2)], { version: 7, state: { sum: 10, settledAtMs: 0 } }));

    expect(state).toEqual({ sum: 13, settledAtMs: 1_000 });
    expect(letters).toMatchObject([
      { outcome: { version: 8, results: { meaning: { sum: 10, settledAtMs: 1_000 }, action: 1 } } },
      { outcome: { version: 9, results: { meaning: { sum: 11, settledAtMs: 1_000 }, action: 2 } } },
    ]);
    expect(outcomeOf(letters[0])).toMatchObject({
      phase: { status: 'completed', endedAtMs: 1_000 },
      startedAtMs: 1_000,
      attempts: { meaning: 1, action: 1 },
      failures: { failed: 0, lost: 0 },
    });
    expect(keys).toContain('s~sum~a~1/1/action');
    expect(logged).toEqual(['adding', 'adding']);
  });

  it('begin with the state that it is born with', async () => {
    const other = { tenant: 'acme', type: 'sum', id: 'b' };

    expect((await fold(input([letter(1)]))).state).toEqual({ sum: 1, settledAtMs: 1_000 });
    expect((await fold(input([letter(1)], { key: other }))).state).toEqual({ sum: 101, settledAtMs: 1_000 });
  });

  it('are applied no earlier than what was applied before them', async () => {
    expect((await fold(input([letter(1)], { updatedAtMs: 5_000 }))).state).toEqual({ sum: 1, settledAtMs: 5_000 });

    const clock = [9_000, 4_000];
    const { state, letters } = await fold(input([letter(1), letter('odd')], { updatedAtMs: 5_000 }), { now: () => clock.pop() ?? 3_000 });

    expect(state).toEqual({ sum: 1, settledAtMs: 9_000 });
    for (const one of letters) {
      expect(outcomeOf(one)).toMatchObject({
        startedAtMs: 9_000,
        phase: { endedAtMs: 9_000 },
        results: { meaning: { settledAtMs: 9_000 } },
      });
    }
  });

  it('are tried again, and go on after one that failed', async () => {
    const given = ['once', 'soon', 'fails', 'refuses', 'later', 'large', 2] as const;
    const { state, letters } = await fold(input(given.map((data) => letter(data))), { now: Date.now });

    expect(letters.map(outcomeOf)).toMatchObject([
      { version: 1, attempts: { action: 2 }, phase: { status: 'completed' }, failures: { failed: 0 } },
      { version: 2, attempts: { action: 2 }, phase: { status: 'completed' } },
      { version: 3, attempts: { action: 2 }, phase: { status: 'failed', error: { message: 'no', stage: 'action' } } },
      { version: 4, attempts: { action: 1 }, phase: { status: 'failed', error: { code: 'refused' } } },
      // Others wait for it.
      { version: 5, attempts: { action: 1 }, phase: { status: 'failed', error: { code: 'retry_later' } } },
      { version: 6, phase: { status: 'failed', error: { code: 'result_too_large' } } },
      { version: 7, phase: { status: 'completed' }, results: { action: 2 } },
    ]);
    expect(state['sum']).toBeNaN();
  });

  it('leave the state as it was where the subject’s own rules refuse one', async () => {
    const { state, letters } = await fold(input([letter(1), letter('odd'), letter(2)]));

    expect(state).toMatchObject({ sum: 3 });
    expect(outcomeOf(letters[1])).toMatchObject({
      version: 2,
      phase: { status: 'failed', error: { code: 'it_is_odd', message: 'it is odd', stage: 'action', retryable: false } },
      results: { action: 'odd' },
    });
  });

  it('are refused by these rules at their last stage, whatever it is named', async () => {
    const noted = defineEvent({
      type: 'noted',
      data: z.unknown(),
      tier: 'normal',
      subject: sum,
      stages: [
        ['weigh', () => 1],
        ['book', () => 'booked'],
      ],
    });
    const named = toRunPlan(noted, { type: 'noted', limits: [], subjectType: 'sum' });
    const event = acceptedEvent({ id: 's~sum~a~1', type: 'noted', data: 'fills', plan: named });

    const { letters } = await fold(input([{ event, idHash: 'i', contentHash: 'c' }]), { find: createCatalog([noted]).find });

    expect(outcomeOf(letters[0])).toMatchObject({
      phase: { status: 'failed', error: { code: 'result_too_large', stage: 'book' } },
      results: { weigh: 1, book: 'booked' },
    });
  });

  it.each([
    ['fills', 'result_too_large'],
    ['breaks', 'result_not_json'],
  ])('leave the state as it was where one %s it', async (data, code) => {
    const { state, letters } = await fold(input([letter(1), letter(data), letter(2)]));

    expect(state).toEqual({ sum: 3, settledAtMs: 1_000 });
    expect(outcomeOf(letters[1])).toMatchObject({ version: 2, phase: { status: 'failed', error: { code } } });
  });

  it('are passed over where they expect another version', async () => {
    const { letters } = await fold(
      input([letter(1, { expectedVersion: 0 }), letter(2, { expectedVersion: 0 }), letter(3, { expectedVersion: 1 })]),
    );

    expect(letters).toMatchObject([
      { kind: 'processed', outcome: { version: 1 } },
      { kind: 'stale', version: 1 },
      { kind: 'processed', outcome: { version: 2 } },
    ]);
  });

  it('keep what they said of their progress, and nothing that they say after their end', async () => {
    const { letters } = await fold(input([letter(1)]));
    contexts.at(-1)?.heartbeat({ step: 'late', percent: 90, message: '' });

    expect(outcomeOf(letters[0]).progress).toMatchObject({ step: 'adding', percent: 50 });
  });

  it('come to the same in several calls as in one', async () => {
    const anyData = fc.constantFrom(1, 2, 40, 'odd', 'refuses', 'large');
    const anyLetter = fc.record({ data: anyData, expectedVersion: fc.option(fc.nat(6), { nil: undefined }) });
    await fc.assert(
      fc.asyncProperty(fc.array(anyLetter, { maxLength: 12 }), fc.nat(12), async (given, cut) => {
        const letters = given.map(({ data, expectedVersion }) => letter(data, expectedVersion === undefined ? {} : { expectedVersion }));
        const atOnce = await fold(input(letters));
        const first = await fold(input(letters.slice(0, cut)));
        const version = first.letters.filter(({ kind }) => kind === 'processed').length;
        const updatedAtMs = version === 0 ? null : 1_000;
        const state = version === 0 ? null : JSON.parse(JSON.stringify(first.state));
        const second = await fold(input(letters.slice(cut), { version, state, updatedAtMs }));

        expect([...first.letters, ...second.letters]).toEqual(atOnce.letters);
        if (second.letters.length > 0) expect(second.state).toEqual(atOnce.state);
        const versions = atOnce.letters.flatMap((one) => (one.kind === 'processed' ? [one.outcome.version] : []));
        expect(versions).toEqual(versions.map((_, index) => index + 1));
      }),
      { numRuns: 50 },
    );
  });
});

describe('one call', () => {
  it('stops after a second, with one at least', async () => {
    let nowMs = 0;
    const { state, letters } = await fold(input([letter(1), letter(2), letter(3)]), { now: () => (nowMs += 400) });

    expect(letters).toHaveLength(1);
    expect(state).toMatchObject({ sum: 1 });
  });

  it('changes nothing where it has nothing to fold', async () => {
    expect(await fold(input([], { state: { sum: 3 } }))).toEqual({ state: { sum: 3 }, letters: [], logged: [] });
  });

  it('folds nothing of a type that this process lacks, or knows without a subject: another may know better', async () => {
    const plain = defineEvent({ type: 'add', data: z.unknown(), tier: 'normal', handler: () => 1 });

    await expect(fold(input([letter(1)]), { find: () => undefined })).rejects.toThrow('no event type "add"');
    await expect(fold(input([letter(1)]), { find: () => plain })).rejects.toThrow('no event type "add"');
  });

  it.each(['CANCELLED', 'WORKER_SHUTDOWN'] as const)(
    'is folded again elsewhere as a whole when it is told to stop by %s',
    async (message) => {
      const foldSubject = createFoldSubject({ advance: createClonedAdvance(createCatalog([add]), () => 1_000), log });

      for (const [data, begunFor] of [
        ['hangs', 2],
        ['waits', 2],
        ['never begins', 0],
      ] as const) {
        const env = environment();
        const begunBefore = contexts.length;
        if (begunFor === 0) env.cancel(message);
        const folding = expect(env.run(foldSubject, input([letter(1), letter(data)]))).rejects.toMatchObject({ message });
        await vi.waitUntil(() => contexts.length - begunBefore === begunFor);
        env.cancel(message);
        await folding;
        expect(contexts.length - begunBefore).toBe(begunFor);
      }
    },
  );

  it('is an activity', async () => {
    const foldSubject = createFoldSubject({ advance: createClonedAdvance(createCatalog([add]), () => 1_000), log });
    const env = environment();

    expect(await env.run(foldSubject, input([letter(4)]))).toMatchObject({ change: { set: { sum: 4 } } });
    const silent = createFoldSubject({ advance: async () => ({ runs: [], change: null }), log });
    expect(await env.run(silent, input([]))).toEqual({ change: { set: {}, removed: [], lists: {} }, letters: [] });
  });

  it('fails by a fault of ours as it is', async () => {
    const broken = createFoldSubject({ advance: () => Promise.reject(new Error('a bug')), log });

    await expect(environment().run(broken, input([]))).rejects.toThrow('a bug');
  });
});
