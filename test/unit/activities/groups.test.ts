import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GroupEvents } from '../../../activities/run-group-stage.ts';
import { createRideGroup } from '../../../activities/ride-group.ts';
import { createRunGroupStage } from '../../../activities/run-group-stage.ts';
import { toFailure } from '../../../activities/to-failure.ts';
import type { RunStageInput } from '../../../domain/activities.ts';
import type { Ride, RideMessage } from '../../../domain/callback-message.ts';
import { acceptRun, beginAttempt, endRun, stateOf } from '../../../domain/event-run.ts';
import type { GroupStageOutcome } from '../../../domain/group-run.ts';
import { eventsOf, toGroup } from '../../../domain/group.ts';
import type { Group } from '../../../domain/group.ts';
import { PermanentError } from '../../../domain/handler-errors.ts';
import { acceptedEvent, NOON_MS } from '../domain/event-samples.ts';

const workflow = { id: 'g~0', runId: 'run-a' };

function groupTo(urls: readonly (string | null)[]) {
  const [first, ...others] = urls.map((url) => acceptedEvent({ callback: url === null ? null : { url, headers: {}, progress: false } }));
  return toGroup('g~0', first ?? acceptedEvent(), others);
}

/** As if the group's first stage had run in this process. */
function keeping(group: Group): GroupEvents {
  const kept = new Map([[group.id, eventsOf(group)]]);
  return {
    read: async (workflowId) => kept.get(workflowId) ?? [],
    keep: (workflowId, events) => void kept.set(workflowId, events),
  };
}

describe('a stage of a group', () => {
  const group = groupTo([null, null, null]);
  const members = eventsOf(group).map((event, index) => ({ index, run: stateOf(beginAttempt(acceptRun(event), 'meaning')) }));
  const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const groupEvents = keeping(group);

  function run(attempt: (input: RunStageInput) => unknown, only = members) {
    const runGroupStage = createRunGroupStage(
      async (input) => ({ value: await attempt(input), startedAtMs: 1, endedAtMs: 2 }),
      groupEvents,
    );
    return env.run((): Promise<GroupStageOutcome> => runGroupStage({ stage: 'meaning', workflow, members: only }));
  }

  it('runs once for each of those that are going on, as the event that it is', async () => {
    const { stage, outcomes } = await run(({ run: { event, attempts } }) => `${event.id} ${attempts.meaning}`, members.slice(1));
    expect(stage).toBe('meaning');
    expect(outcomes).toEqual(['g~0_1 1', 'g~0_2 1'].map((value) => ({ value, startedAtMs: 1, endedAtMs: 2 })));
  });

  it('is handed the group with the first stage, and has it for the others', async () => {
    const other = groupTo([null]);
    const events = keeping({ ...other, id: 'none' });
    const runGroupStage = createRunGroupStage(async ({ run: { event } }) => ({ value: event.id, startedAtMs: 1, endedAtMs: 2 }), events);
    const input = { stage: 'meaning', workflow, members: members.slice(0, 1) } as const;
    for (const given of [{ ...input, group: other }, input]) {
      expect(await env.run((): Promise<GroupStageOutcome> => runGroupStage(given))).toMatchObject({ outcomes: [{ value: 'g~0_0' }] });
    }
  });

  it('runs for all at once', async () => {
    let arrived = 0;
    let open = (): void => undefined;
    const all = new Promise<void>((resolve) => {
      open = resolve;
    });
    await run(async () => {
      arrived += 1;
      if (arrived === members.length) open();
      await all;
    });
    expect(arrived).toBe(3);
  });

  it('keeps the others’ results when one fails', async () => {
    const { outcomes } = await run(({ run: { event } }) => {
      if (event.id === 'g~0_1') {
        throw toFailure(new PermanentError('refused', 'no'), { stage: 'meaning', startedAtMs: 1, endedAtMs: 2, progress: null });
      }
      return 'fine';
    });
    expect(outcomes).toMatchObject([{ value: 'fine' }, { failure: { error: { code: 'refused' }, retryable: false } }, { value: 'fine' }]);
  });

  it('is no outcome of its members when it is cut off, or asked for a member that it hasn’t', async () => {
    await expect(run(() => Promise.reject(new CancelledFailure('cut off')))).rejects.toThrow('cut off');
    const [first] = members;
    await expect(run(() => 'fine', first ? [{ ...first, index: 9 }] : [])).rejects.toThrow('no event 9 in "g~0"');
  });
});

describe('first attempts of a group', () => {
  const sent: Ride = { kind: 'sent', attempt: { at: '', status: 204, durationMs: 1, error: null }, nextAttemptAfterMs: null };

  beforeEach(() => {
    vi.useFakeTimers({ now: NOON_MS });
  });
  afterEach(() => vi.useRealTimers());

  /** Each attempt takes a while; what was under way at once, by origin. */
  function prepare(urls: readonly (string | null)[], tookMs: number) {
    const group = groupTo(urls);
    const open = new Map<string, number>();
    const most = new Map<string, number>();
    const messages: RideMessage[] = [];
    const rideGroup = createRideGroup({
      now: Date.now,
      groupEvents: keeping(group),
      rideCallback: async (message) => {
        const { origin } = new URL(message.run.event.callback?.url ?? '');
        messages.push(message);
        const now = (open.get(origin) ?? 0) + 1;
        open.set(origin, now);
        most.set(origin, Math.max(now, most.get(origin) ?? 0));
        await new Promise((resolve) => setTimeout(resolve, tookMs));
        open.set(origin, (open.get(origin) ?? 1) - 1);
        return sent;
      },
    });
    const members = eventsOf(group).map((event, index) => ({
      index,
      run: stateOf(endRun(acceptRun(event), { status: 'completed', endedAtMs: NOON_MS })),
    }));
    return { messages, most, ride: () => rideGroup({ workflow, members }) };
  }

  it('are made for each, as its own, no more at once to an origin than it has connections', async () => {
    const urls = Array.from({ length: 40 }, (_, index) => `https://${index % 2 ? 'a' : 'b'}.example/hook`);
    const { messages, most, ride } = prepare(urls, 10);
    const riding = ride();
    await vi.advanceTimersByTimeAsync(20);
    expect((await riding).rides).toEqual(urls.map(() => sent));
    expect([...most]).toEqual([
      ['https://b.example', 16],
      ['https://a.example', 16],
    ]);
    expect(messages[0]).toMatchObject({ run: { event: { id: 'g~0_0' }, phase: { status: 'completed' } }, workflow });
  });

  it('are left to others once a second has passed', async () => {
    const urls = Array.from({ length: 20 }, () => 'https://a.example/hook');
    const { ride } = prepare(urls, 1_000);
    const riding = ride();
    await vi.advanceTimersByTimeAsync(1_000);
    const { rides } = await riding;
    expect(rides.map(({ kind }) => kind)).toEqual(urls.map((_, index) => (index < 16 ? 'sent' : 'declined')));
  });

  it('are of members that asked for one', async () => {
    await expect(prepare([null], 1).ride()).rejects.toThrow('no callback of event 0 in "g~0"');
  });
});
