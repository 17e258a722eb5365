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
  { isBusy = false, isRead = false } = {},
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
    watchLoop: () => () => isBusy,
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
  /** Each attempt takes a while; the most that were under way at once, by origin. */
  async function rideTo(urls: readonly string[], tookMs: number, isBusy = false) {
    const open = new Map<string, number>();
    const most = new Map<string, number>();
    const running = run(
      urls,
      () => 1,
      async ({ run: { event }, workflow: of }) => {
        expect(of).toEqual(workflow);
        const { origin } = new URL(event.callback?.url ?? '');
        const now = (open.get(origin) ?? 0) + 1;
        open.set(origin, now);
        most.set(origin, Math.max(now, most.get(origin) ?? 0));
        await new Promise((resolve) => setTimeout(resolve, tookMs));
        open.set(origin, (open.get(origin) ?? 1) - 1);
        return sent;
      },
      { isBusy },
    );
    await vi.advanceTimersByTimeAsync(4 * tookMs);
    const { members } = await running;
    return { most, kinds: members.map(({ ride }) => ride?.kind) };
  }

  it('are made for each, no more at once to an origin than it has connections', async () => {
    const urls = Array.from({ length: 40 }, (_, index) => `https://${index % 2 ? 'a' : 'b'}.example/hook`);
    const { most, kinds } = await rideTo(urls, 10);
    expect(kinds).toEqual(urls.map(() => 'sent'));
    expect([...most]).toEqual([
      ['https://b.example', 16],
      ['https://a.example', 16],
    ]);
  });

  it('are left to others once a second has passed', async () => {
    const urls = Array.from({ length: 20 }, () => 'https://a.example/hook');
    const { kinds } = await rideTo(urls, 1_000);
    expect(kinds).toEqual(urls.map((_, index) => (index < 16 ? 'sent' : 'declined')));
  });

  it('are left to others once three seconds have passed where the process itself has no rest', async () => {
    const urls = Array.from({ length: 60 }, () => 'https://a.example/hook');
    const { kinds } = await rideTo(urls, 1_000, true);
    expect(kinds).toEqual(urls.map((_, index) => (index < 48 ? 'sent' : 'declined')));
  });
});
