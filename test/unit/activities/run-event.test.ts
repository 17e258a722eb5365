import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRunEvent } from '../../../activities/run-event.ts';
import { currentSurroundings } from '../../../activities/surroundings.ts';
import { toFailure } from '../../../activities/to-failure.ts';
import type { Ride } from '../../../domain/callback-message.ts';
import type { RunOutcome } from '../../../domain/run-outcome.ts';
import type { Stage } from '../../../domain/stage.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

const sent: Ride = { kind: 'sent', attempt: { at: '', status: 204, durationMs: 1, error: null }, nextAttemptAfterMs: null };
const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };

/** What was called, in order. */
let calls: string[];

beforeEach(() => {
  calls = [];
  vi.useFakeTimers({ now: NOON_MS });
});
afterEach(() => vi.useRealTimers());

function run(fields: Parameters<typeof acceptedEvent>[0], failing?: Stage | 'callback'): Promise<RunOutcome> {
  const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const runEvent = createRunEvent({
    runStage: async ({ stage }) => {
      calls.push(stage);
      const times = { startedAtMs: NOON_MS, endedAtMs: NOON_MS + 1 };
      if (stage === failing) throw toFailure(new Error('no'), { stage, ...times, progress: null });
      return { value: stage, ...times, progress: { step: stage, percent: 50, message: '' } };
    },
    rideCallback: async ({ run: { phase } }) => {
      calls.push(phase.status);
      if (failing === 'callback') throw new Error('cut off');
      return sent;
    },
    now: Date.now,
  });
  return env.run(() => runEvent({ event: acceptedEvent(fields), workflow: { id: 'a', runId: '1' } }, currentSurroundings()));
}

it('runs the stages of an event, then its first callback', async () => {
  const { state, made, ride } = await run({ callback });
  expect(calls).toEqual(['meaning', 'decision', 'action', 'completed']);
  expect(state).toMatchObject({ phase: { status: 'completed' }, results: { action: 'action' }, attempts: { meaning: 1 } });
  expect(state.progress).toMatchObject({ step: 'action', percent: 50 });
  expect({ made, ride }).toEqual({ made: undefined, ride: sent });
});

it('calls nobody back who did not ask for it', async () => {
  expect(await run({ callback: null })).toEqual({
    state: expect.objectContaining({ phase: { status: 'completed', endedAtMs: NOON_MS + 1 } }),
  });
  expect(calls).toHaveLength(3);
});

it('leaves a callback that its process could not end to a delivery', async () => {
  expect(await run({ callback }, 'callback')).toMatchObject({ state: { phase: { status: 'completed' } }, ride: { kind: 'declined' } });
});

it('ends with an attempt that fails, and leaves the next one and the callback to its workflow', async () => {
  const { state, made, ride } = await run({ callback }, 'decision');
  expect(calls).toEqual(['meaning', 'decision']);
  expect(state).toMatchObject({ phase: { status: 'waiting', stage: 'decision' }, results: { meaning: 'meaning' } });
  expect({ made, ride }).toEqual({ made: { failed: 1, lost: 0 }, ride: undefined });
});
