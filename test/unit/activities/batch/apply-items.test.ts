import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { createApplyItems } from '../../../../activities/batch/apply-items.ts';
import type { AcceptedEvent } from '../../../../domain/accepted-event.ts';
import type { RunItemsInput, RunItemsOutcome } from '../../../../domain/batch-work.ts';
import { NO_FAILURES } from '../../../../domain/retry-policy.ts';
import type { SubjectAnswer, SubjectLetter } from '../../../../domain/subject.ts';
import { eventItem } from '../../domain/batch-samples.ts';
import { lightPlan, NOON_MS } from '../../domain/event-samples.ts';

const plan = { ...lightPlan, subjectType: 'life' };
const callback = { url: 'https://example.org/hook', headers: {}, progress: false };

/** A page with an event for each of these subjects; subjects answer as `answer` does. */
function prepare(subjects: readonly string[], fields: Partial<AcceptedEvent> = {}, answer = completed) {
  const clock = { nowMs: NOON_MS };
  const sent: { readonly subject: string; readonly letters: readonly SubjectLetter[] }[] = [];
  const items = subjects.map((subject, index) => eventItem({ id: `night_${index}`, batchId: 'night', subject, plan, ...fields }));
  const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const applyItems = createApplyItems({
    readPage: () => Promise.resolve({ items, runId: 'run-page' }),
    sendToSubject: async ({ id: subject }, letters) => {
      sent.push({ subject, letters });
      return { runId: 'run-a', answers: letters.map(answer) };
    },
    now: () => clock.nowMs,
  });
  const all = items.map((_, offset) => ({ offset, run: 1 }));
  return {
    clock,
    sent,
    ids: () => sent.map(({ letters }) => letters.map(({ event }) => event.id)),
    run: (input: Partial<RunItemsInput> = {}): Promise<RunItemsOutcome> =>
      env.run(() => applyItems({ page: 'page-1', items: all, parallel: 10, ...input })),
  };
}

function completed(): SubjectAnswer {
  const phase = { status: 'completed', endedAtMs: NOON_MS } as const;
  const state = { startedAtMs: NOON_MS, attempts: { action: 1 }, results: { action: 1 }, progress: null, failures: NO_FAILURES };
  return { kind: 'recorded', outcome: { ...state, version: 7, phase } };
}

function failed(): SubjectAnswer {
  const error = { code: 'boom', message: 'no', stage: 'action', retryable: false } as const;
  const phase = { status: 'failed', endedAtMs: NOON_MS, error } as const;
  const state = { startedAtMs: NOON_MS, attempts: {}, results: {}, progress: null, failures: { failed: 1, lost: 0 } };
  return { kind: 'recorded', outcome: { ...state, version: 7, phase } };
}

describe('items of subjects', () => {
  it('go to each subject together and in their order', async () => {
    const { run, ids, sent } = prepare(['a', 'b', 'a', 'b', 'a']);

    const { items: ended } = await run();

    expect(ids()).toEqual([
      ['night_0', 'night_2', 'night_4'],
      ['night_1', 'night_3'],
    ]);
    expect(sent.map(({ subject }) => subject)).toEqual(['a', 'b']);
    expect(ended).toHaveLength(5);
    expect(ended[0]).toMatchObject({ offset: 0, state: { version: 7, phase: { status: 'completed' }, results: { action: 1 } } });
  });

  it('go in the order of the page where that is to be kept, whichever subject has them', async () => {
    const { run, ids } = prepare(['a', 'a', 'b', 'a']);

    await run({ parallel: 1, isInOrder: true });

    expect(ids()).toEqual([['night_0', 'night_1'], ['night_2'], ['night_3']]);
  });

  it('go in several Updates where they are many, large, or of several tiers', async () => {
    const many = prepare(Array.from({ length: 33 }, () => 'a'));
    await many.run();
    expect(many.ids().map(({ length }) => length)).toEqual([32, 1]);

    const large = prepare(['a', 'a', 'a'], { data: 'x'.repeat(100_000) });
    await large.run();
    expect(large.ids().map(({ length }) => length)).toEqual([2, 1]);
  });

  it('are known to their subject by their place in their batch, and by their run', async () => {
    const { run, sent } = prepare(['a'], { callback });

    await run();
    await run({ items: [{ offset: 0, run: 1 }] });
    await run({ items: [{ offset: 0, run: 2 }] });

    const letters = sent.map(({ letters: [letter] }) => letter);
    expect(letters[1]?.idHash).toBe(letters[0]?.idHash);
    expect(letters[2]?.idHash).not.toBe(letters[0]?.idHash);
    expect(letters[0]?.idHash).toHaveLength(11);
    // The batch has them called back.
    expect(letters.map((letter) => letter?.event.callback)).toEqual([null, null, null]);
  });

  it('are called back with their version, and counted by their cause', async () => {
    const { run } = prepare(['a'], { callback }, failed);

    const { items: ended, deliveries } = await run();

    expect(ended).toMatchObject([{ cause: 'sample:action:boom' }]);
    expect(deliveries).toMatchObject([
      { target: { owner: 'night~batch.item.0' }, message: { type: 'event.failed', data: { version: 7 } } },
    ]);
  });

  it('have ended as their subject says, even where it knows no more than that', async () => {
    const compacted = (status: 'completed' | 'failed') => (): SubjectAnswer => ({ kind: 'compacted', status, version: 3 });

    expect((await prepare(['a'], {}, compacted('completed')).run()).items).toMatchObject([
      { state: { version: 3, phase: { status: 'completed' } } },
    ]);
    expect((await prepare(['a'], {}, compacted('failed')).run()).items).toMatchObject([{ state: { phase: { status: 'failed' } } }]);
  });

  it('wait for another call after half a second', async () => {
    const { run, clock, ids } = prepare(['a', 'b', 'c'], {}, () => {
      clock.nowMs += 300;
      return completed();
    });

    const { items: ended } = await run({ parallel: 1 });

    expect(ids()).toHaveLength(2);
    expect(ended.map(({ offset }) => offset)).toEqual([0, 1]);
  });
});
