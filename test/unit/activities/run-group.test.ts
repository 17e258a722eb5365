import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRunGroup } from '../../../activities/run-group.ts';
import { currentSurroundings } from '../../../activities/surroundings.ts';
import { toFailure } from '../../../activities/to-failure.ts';
import type { RunStageInput } from '../../../domain/activities.ts';
import type { Ride, RideMessage } from '../../../domain/callback-message.ts';
import type { GroupOutcome } from '../../../domain/group-run.ts';
import { toGroup } from '../../../domain/group.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

const workflow = { id: 'g~0', runId: 'run-a' };
const sent: Ride = { kind: 'sent', attempt: { at: '', status: 204, durationMs: 1, error: null }, nextAttemptAfterMs: null };

beforeEach(() => {
  vi.useFakeTimers({ now: NOON_MS });
});
afterEach(() => vi.useRealTimers());

/** A group whose members are called back at these addresses. */
function run(
  urls: readonly (string | null)[],
  stage: (input: RunStageInput) => unknown,
  ride: (message: RideMessage) => Promise<Ride>,
  { isRead = false } = {},
) {
  const [first, ...others] = urls.map((url) => acceptedEvent({ callback: url === null ? null : { url, headers: {}, progress: false } }));
  const group = toGroup('g~0', first ?? acceptedEvent(), others);
  const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const runGroup = createRunGroup({
    runStage: async (input) => {
      try {
        return { value: await stage(input), startedAtMs: NOON_MS, endedAtMs: NOON_MS + 1 };
      } catch (error) {
        throw toFailure(error, { stage: input.stage, startedAtMs: NOON_MS, endedAtMs: NOON_MS + 1, progress: null });
      }
    },
    rideCallback: ride,
    now: Date.now,
    readGroup: async (of) => {
      expect(of).toBe(workflow);
      return group;
    },
  });
  return env.run((): Promise<GroupOutcome> => runGroup({ ...(!isRead && { group }), workflow }, currentSurroundings()));
}

const never = () => Promise.reject(new Error('nothing to send'));

describe('the stages of a group', () => {
  it('run for each of its members, as the event that it is, in order', async () => {
    const { members } = await run([null, null], ({ run: { event, attempts }, stage }) => `${event.id} ${attempts[stage]}`, never);
    expect(members.map(({ state }) => state.results)).toEqual(
      ['g~0_0 1', 'g~0_1 1'].map((value) => ({ meaning: value, decision: value, action: value })),
    );
    expect(members.map(({ state }) => state.phase)).toEqual(members.map(() => ({ status: 'completed', endedAtMs: NOON_MS + 1 })));
  });

  it('are those of the group that its workflow was started with, for who was not told', async () => {
    const { members } = await run([null], () => 'read', never, { isRead: true });
    expect(members[0]?.state.results).toEqual({ meaning: 'read', decision: 'read', action: 'read' });
  });

  it('run for all at once', async () => {
    let arrived = 0;
    let open = (): void => undefined;
    const all = new Promise<void>((resolve) => {
      open = resolve;
    });
    await run(
      [null, null, null],
      async () => {
        arrived += 1;
        if (arrived === 3) open();
        await all;
      },
      never,
    );
    expect(arrived).toBe(9);
  });

  it('end for who fails, and for nobody else; who failed is not called back here', async () => {
    const ridden: string[] = [];
    const { members } = await run(
      ['https://a.example/', 'https://a.example/', 'https://a.example/'],
      ({ run: { event }, stage }) => {
        if (event.id === 'g~0_1' && stage === 'decision') throw new PermanentError('refused', 'no');
        return 'fine';
      },
      async ({ run: { event } }) => {
        ridden.push(event.id);
        return sent;
      },
    );
    expect(members.map(({ state }) => state.phase.status)).toEqual(['completed', 'failed', 'completed']);
    expect(members[1]).toMatchObject({
      made: { failed: 1 },
      state: { results: { meaning: 'fine' }, attempts: { meaning: 1, decision: 1 } },
    });
    expect(members.map(({ ride }) => ride?.kind)).toEqual(['sent', undefined, 'sent']);
    expect(ridden).toEqual(['g~0_0', 'g~0_2']);
  });

  it('have no outcome when they are cut off', async () => {
    await expect(run([null], () => Promise.reject(new CancelledFailure('cut off')), never)).rejects.toThrow('cut off');
  });
});

describe('first attempts of a group', () => {
  const urls = Array.from({ length: 40 }, (_, index) => `https://${index % 2 ? 'a' : 'b'}.example/hook`);

  it('are made for each, all at once', async () => {
    let open = 0;
    const { members } = await run(
      urls,
      () => 1,
      async ({ workflow: of }) => {
        expect(of).toEqual(workflow);
        open += 1;
        await vi.waitUntil(() => open === urls.length);
        return sent;
      },
    );
    expect(members.map(({ ride }) => ride)).toEqual(urls.map(() => sent));
  });

  it('are left to others where this process could not end them', async () => {
    const { members } = await run(
      urls,
      () => 1,
      async ({ run: { event } }) => (event.callback?.url.includes('a.example') ? Promise.reject(new Error('cut off')) : sent),
    );
    expect(members.map(({ ride }) => ride?.kind)).toEqual(urls.map((_, index) => (index % 2 ? 'declined' : 'sent')));
  });
});
