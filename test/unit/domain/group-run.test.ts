import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FAILURES, recordFailure, recordSuccess } from '../../../domain/attempt.ts';
import type { StageFailure } from '../../../domain/event-error.ts';
import { acceptRun, beginAttempt, stateOf } from '../../../domain/event-run.ts';
import { beginGroup, memberDelivery, recordGroup } from '../../../domain/group-run.ts';
import type { RunOutcome } from '../../../domain/run-outcome.ts';
import { eventsOf, toGroup } from '../../../domain/group.ts';
import { acceptedEvent, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const workflow = { id: 'g~0', runId: 'run-a' };
const plan = { ...lightPlan, stages: ['action'] as const };
const event = acceptedEvent({ source: null, callback, plan });
const good = { at: '', status: 204, durationMs: 5, error: null };
const begun = beginAttempt(acceptRun(event), 'action');
const completed: RunOutcome = {
  state: stateOf(recordSuccess(begun, 'action', { value: 1, startedAtMs: NOON_MS + 1, endedAtMs: NOON_MS + 2 })),
};

function failed(fields: Partial<StageFailure> = {}): RunOutcome {
  const failure = {
    error: eventError(),
    retryable: true,
    retryAfterMs: null,
    lost: false,
    startedAtMs: NOON_MS + 1,
    endedAtMs: NOON_MS + 2,
  };
  const { run, made } = recordFailure(begun, 'action', NO_FAILURES, { ...failure, ...fields }, NOON_MS + 2);
  return { state: stateOf(run), made };
}

function recorded(...members: readonly RunOutcome[]) {
  const others = Array.from({ length: Math.max(0, members.length - 1) }, () => event);
  return recordGroup(beginGroup(toGroup('g~0', event, others)), { members });
}

describe('a member of a group', () => {
  it('is as it was accepted before anything of it is recorded', () => {
    const group = toGroup('g~0', event, [acceptedEvent()]);
    const members = beginGroup(group);
    expect(members.map(({ run }) => run)).toEqual(eventsOf(group).map(acceptRun));
    expect(members.map((member) => member.callback.status)).toEqual(['pending', 'none']);
    expect(recordGroup(members, { members: [completed] })[1]).toBe(members[1]);
  });

  it('stays in it once it is complete, and leaves to be tried again or with its verdict', () => {
    const [stays, again, ended] = recorded(completed, failed(), failed({ retryable: false }));
    expect(stays).toMatchObject({ hasLeft: false, made: NO_FAILURES, run: { phase: { status: 'completed' }, results: { action: 1 } } });
    expect(again).toMatchObject({
      hasLeft: true,
      made: { failed: 1 },
      run: { phase: { status: 'waiting', waiting: { untilMs: NOON_MS + 102 } } },
    });
    expect(ended).toMatchObject({ hasLeft: true, run: { phase: { status: 'failed', endedAtMs: NOON_MS + 2 } } });
  });

  it('has its verdict in the group, or is gone from it, whatever became of the others', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(completed, failed(), failed({ retryable: false })), { minLength: 1, maxLength: 8 }),
        (outcomes) => {
          const members = recorded(...outcomes);
          expect(members.map(({ run }) => run.event.id)).toEqual(outcomes.map((_, index) => `g~0_${index}`));
          expect(members.map(({ run }) => stateOf(run))).toEqual(outcomes.map(({ state }) => state));
          expect(members.map(({ hasLeft }) => hasLeft)).toEqual(outcomes.map((outcome) => outcome !== completed));
          expect(members.filter((member) => memberDelivery(member, workflow) !== null)).toEqual([]);
        },
      ),
    );
  });
});

describe('the callback of a member', () => {
  it('is on record once it was sent, and goes on in a delivery of its own where something is left to do', () => {
    const [sent, left] = recorded(
      { ...completed, ride: { kind: 'sent', attempt: good, nextAttemptAfterMs: null } },
      { ...completed, ride: { kind: 'handed_over' } },
    );
    expect(sent?.callback).toMatchObject({ status: 'delivered', attempts: [good] });
    expect([sent, left].map((member) => member && memberDelivery(member, workflow))).toEqual([
      null,
      {
        target: { kind: 'event', tenant: 'default', owner: 'g~0_1', run: 1, callback },
        message: expect.objectContaining({
          type: 'event.completed',
          data: expect.objectContaining({ id: 'g~0_1', workflow: { ...workflow, url: null } }),
        }),
        handedOver: true,
      },
    ]);
  });

  it('is none where it asked for none', () => {
    const [member] = recordGroup(beginGroup(toGroup('g~0', { ...event, callback: null }, [])), { members: [completed] });
    expect(member && memberDelivery({ ...member, delivery: {} }, workflow)).toBeNull();
  });
});
