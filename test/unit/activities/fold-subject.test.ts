import { MockActivityEnvironment } from '@temporalio/testing';
import { CancelledFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createFoldSubject, foldLetters } from '../../../activities/fold-subject.ts';
import type { FoldOptions } from '../../../activities/fold-subject.ts';
import type { FoldInput } from '../../../domain/activities.ts';
import { createCatalog } from '../../../domain/catalog.ts';
import { defineEvent } from '../../../domain/define-event.ts';
import { defineSubject } from '../../../domain/define-subject.ts';
import { RetryLaterError } from '../../../domain/handler-errors.ts';
import { applyChange } from '../../../domain/state-change.ts';
import type { SubjectLetter } from '../../../domain/subject.ts';
import { noServices } from '../../support/handler-services.ts';
import { acceptedEvent } from '../domain/event-samples.ts';

interface Sum {
  readonly sum: number;
  readonly settledAtMs: number;
}

const sum = defineSubject<Sum>({
  type: 'sum',
  initial: ({ atMs }) => ({ sum: 0, settledAtMs: atMs }),
  settle: (state, atMs) => ({ ...state, settledAtMs: atMs }),
  apply: (state, { results }) => {
    if (results.action === 'odd') throw new Error('it is odd');
    return { ...state, sum: state.sum + Number(results.action) };
  },
});
const keys: string[] = [];
const add = defineEvent({
  type: 'add',
  data: z.unknown(),
  tier: 'normal',
  subject: sum,
  meaning: (_event, { state }) => ({ sum: state?.sum }),
  action: async ({ data }, _decision, { attempt, idempotencyKey, heartbeat }) => {
    heartbeat({ step: 'adding', percent: 50, message: '' });
    keys.push(idempotencyKey);
    if (data === 'fails') throw new Error('no');
    if (data === 'once' && attempt === 1) throw new Error('not yet');
    if (data === 'later') throw new RetryLaterError(5_000);
    if (data === 'large') return 'x'.repeat(5_000);
    if (data === 'nothing') return undefined;
    return data;
  },
});
const catalog = createCatalog([add]);
const retry = { maxAttempts: 2, initialDelayMs: 1, factor: 1, maxDelayMs: 1 };
const plan = {
  weight: 'light',
  stages: ['meaning', 'action'],
  retry,
  timeoutsMs: { meaning: 500, decision: 500, action: 500 },
  recordFirst: false,
} as const;

function letter(data: unknown, fields: Partial<SubjectLetter> = {}): SubjectLetter {
  return { event: acceptedEvent({ id: `s~sum~a~${String(data)}`, type: 'add', data, plan }), idHash: 'i', contentHash: 'c', ...fields };
}

function input(letters: readonly SubjectLetter[], fields: Partial<FoldInput> = {}): FoldInput {
  return { key: { tenant: 'default', type: 'sum', id: 'a' }, version: 0, state: null, updatedAtMs: null, letters, ...fields };
}

async function fold(folded: FoldInput, options: Partial<FoldOptions> = {}) {
  const ignore = (): void => undefined;
  const log = { info: ignore, warn: ignore, error: ignore };
  const { change, letters } = await foldLetters(folded, {
    resolve: catalog.find,
    services: noServices,
    now: () => 1_000,
    log,
    signal: new AbortController().signal,
    ...options,
  });
  return { state: applyChange(folded.state, change), letters };
}

it('runs each event on the state that the one before it left', async () => {
  const { state, letters } = await fold(input([letter(1), letter(2)], { version: 7, state: { sum: 10, settledAtMs: 0 } }));
  expect(state).toEqual({ sum: 13, settledAtMs: 1_000 });
  expect(letters).toMatchObject([
    { outcome: { version: 8, results: { meaning: { sum: 10 }, action: 1 }, phase: { status: 'completed', endedAtMs: 1_000 } } },
    { outcome: { version: 9, results: { meaning: { sum: 11 }, action: 2 } } },
  ]);
  expect(keys).toContain('s~sum~a~1/1/action');
});

it('applies nothing earlier than what it applied before', async () => {
  const { letters } = await fold(input([letter(1)], { updatedAtMs: 5_000 }));
  expect(letters).toMatchObject([{ outcome: { phase: { endedAtMs: 5_000 } } }]);
});

it('tries a stage again, and goes on after one that failed', async () => {
  const { state, letters } = await fold(
    input([letter('once'), letter('fails'), letter('later'), letter('large'), letter('nothing'), letter(2)]),
  );
  expect(letters.map((folded) => folded.kind === 'processed' && [folded.outcome.version, folded.outcome.phase.status])).toEqual([
    [1, 'completed'],
    [2, 'failed'],
    [3, 'failed'],
    [4, 'failed'],
    [5, 'completed'],
    [6, 'completed'],
  ]);
  expect(letters).toMatchObject([
    { outcome: { attempts: { action: 2 } } },
    { outcome: { attempts: { action: 2 }, phase: { error: { message: 'no' } } } },
    { outcome: { attempts: { action: 1 }, phase: { error: { code: 'retry_later' } } } },
    { outcome: { phase: { error: { code: 'result_too_large' } } } },
    {},
    {},
  ]);
  expect(state).toEqual({ sum: NaN, settledAtMs: 1_000 });
});

it('fails an event that the subject’s own rules refuse, and leaves the state', async () => {
  const { state, letters } = await fold(input([letter(1), letter('odd')]));
  expect(state).toMatchObject({ sum: 1 });
  expect(letters).toMatchObject([
    {},
    { outcome: { version: 2, phase: { status: 'failed', error: { message: 'it is odd', stage: 'action' } } } },
  ]);
});

it('passes over an event that expects another version', async () => {
  const { letters } = await fold(
    input([letter(1, { expectedVersion: 0 }), letter(2, { expectedVersion: 0 }), letter(3, { expectedVersion: 1 })]),
  );
  expect(letters).toMatchObject([{ kind: 'processed' }, { kind: 'stale', version: 1 }, { kind: 'processed', outcome: { version: 2 } }]);
});

it('stops after a second, with one at least', async () => {
  let nowMs = 0;
  const { letters } = await fold(input([letter(1), letter(2), letter(3)]), { now: () => (nowMs += 400) });
  expect(letters).toHaveLength(1);
});

it('folds nothing of a type that this process lacks, nor once it stops', async () => {
  await expect(fold(input([letter(1)]), { resolve: () => undefined })).rejects.toThrow('no event type "add"');
  const signal = AbortSignal.abort(new CancelledFailure('stopping'));
  await expect(fold(input([letter(1)]), { signal })).rejects.toThrow(CancelledFailure);
});

it('is an activity', async () => {
  const foldSubject = createFoldSubject({ resolve: catalog.find, now: () => 1_000, services: noServices });
  expect(await new MockActivityEnvironment().run(foldSubject, input([letter(4)]))).toMatchObject({ change: { set: { sum: 4 } } });
});
