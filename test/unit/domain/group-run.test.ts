import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StageFailure } from '../../../domain/event-error.ts';
import { isEnded } from '../../../domain/event-run.ts';
import { beginGroup, isGoingOn, isToBeCalled, memberDelivery, recordOutcome, recordRides, recordStage } from '../../../domain/group-run.ts';
import type { GroupMember, MemberOutcome } from '../../../domain/group-run.ts';
import { toGroup } from '../../../domain/group.ts';
import { acceptedEvent, anyStages, eventError, lightPlan, NOON_MS } from './event-samples.ts';

const callback = { url: 'https://shop.example/hook', headers: {}, progress: false };
const workflow = { id: 'g~0', runId: 'run-a' };

function groupOf(callbacks: readonly boolean[], stages = lightPlan.stages): readonly GroupMember[] {
  const [first, ...others] = callbacks.map((has) =>
    acceptedEvent({ source: null, callback: has ? callback : null, plan: { ...lightPlan, stages } }),
  );
  return beginGroup(toGroup('g~0', first ?? acceptedEvent(), others));
}

function succeeded(value: unknown): MemberOutcome {
  return { value, startedAtMs: NOON_MS + 1, endedAtMs: NOON_MS + 2 };
}

function failed(fields: Partial<StageFailure> = {}): MemberOutcome {
  const times = { startedAtMs: NOON_MS + 1, endedAtMs: NOON_MS + 2 };
  return { failure: { error: eventError(), retryable: true, retryAfterMs: null, lost: false, ...times, ...fields } };
}

describe('a stage', () => {
  it('is recorded for each of those that were still going on, in order', () => {
    let members = recordStage(groupOf([true, true, true]), { stage: 'meaning', outcomes: [succeeded('a'), failed(), succeeded('c')] });
    expect(members.map(({ hasLeft }) => hasLeft)).toEqual([false, true, false]);
    members = recordStage(members, { stage: 'decision', outcomes: [succeeded('A'), succeeded('C')] });
    expect(members.map(({ run }) => run.results)).toEqual([{ meaning: 'a', decision: 'A' }, {}, { meaning: 'c', decision: 'C' }]);
    expect(members.map(({ run }) => run.attempts)).toEqual([{ meaning: 1, decision: 1 }, { meaning: 1 }, { meaning: 1, decision: 1 }]);
  });

  it('has those leave whose attempt failed, to be tried again or with their verdict', () => {
    const outcomes = [failed(), failed({ retryable: false }), failed({ startedAtMs: null, endedAtMs: null, lost: true })];
    const [again, ended, lost] = recordStage(groupOf([true, true, true]), { stage: 'meaning', outcomes });
    expect(again).toMatchObject({
      hasLeft: true,
      made: { failed: 1 },
      run: { phase: { status: 'waiting', waiting: { untilMs: NOON_MS + 102 } } },
    });
    expect(ended).toMatchObject({ hasLeft: true, run: { phase: { status: 'failed', endedAtMs: NOON_MS + 2 } } });
    expect(lost).toMatchObject({ hasLeft: true, made: { lost: 1 }, run: { phase: { status: 'waiting', waiting: { untilMs: NOON_MS } } } });
  });

  it('leaves each member with one verdict in the group, or gone from it', () => {
    const outcomeOf = fc.constantFrom(succeeded(1), failed(), failed({ retryable: false }));
    fc.assert(
      fc.property(
        anyStages,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(outcomeOf),
        (stages, callbacks, stream) => {
          let members = groupOf(callbacks, stages);
          for (const stage of stages) {
            const going = members.filter(isGoingOn);
            members = recordStage(members, { stage, outcomes: going.map(() => stream.next().value as MemberOutcome) });
          }
          expect(members).toHaveLength(callbacks.length);
          expect(members.filter(isGoingOn)).toEqual([]);
          for (const { hasLeft, run } of members) expect(hasLeft || isEnded(run.phase)).toBe(true);
          for (const { hasLeft, run } of members) expect(hasLeft).toBe(run.phase.status !== 'completed');
        },
      ),
    );
  });
});

describe('callbacks', () => {
  const members = ['meaning', 'decision', 'action'].reduce<readonly GroupMember[]>(
    (before, stage) => recordStage(before, { stage: stage as 'meaning', outcomes: before.map(() => succeeded(1)) }),
    groupOf([true, false, true]),
  );
  const good = { at: '', status: 204, durationMs: 5, error: null };

  it('are recorded for each of those that asked for one, in order', () => {
    expect(members.map(isToBeCalled)).toEqual([true, false, true]);
    const after = recordRides(members, { rides: [{ kind: 'sent', attempt: good, nextAttemptAfterMs: null }, { kind: 'declined' }] });
    expect(after.map((member) => member.callback.status)).toEqual(['delivered', 'none', 'pending']);
  });

  it('go on in deliveries of their own where something is left to do', () => {
    const after = recordRides(members, { rides: [{ kind: 'sent', attempt: good, nextAttemptAfterMs: null }, { kind: 'handed_over' }] });
    expect(after.map((member) => memberDelivery(member, workflow))).toEqual([
      null,
      null,
      {
        target: { kind: 'event', tenant: 'default', owner: 'g~0_2', run: 1, callback },
        message: expect.objectContaining({
          type: 'event.completed',
          data: expect.objectContaining({ id: 'g~0_2', workflow: { ...workflow, url: null } }),
        }),
        handedOver: true,
      },
    ]);
    expect(memberDelivery({ ...members[1], delivery: {} } as GroupMember, workflow)).toBeNull();
  });
});

describe('a history', () => {
  it('is folded as the workflow folded it; what other local activities left changes nothing', () => {
    const stage = { stage: 'meaning', outcomes: [succeeded(1)] } as const;
    const rides = { rides: [{ kind: 'declined' }] } as const;
    const members = groupOf([true]);
    expect(recordOutcome(members, stage)).toEqual(recordStage(members, stage));
    expect(recordOutcome(members, rides)).toEqual(recordRides(members, rides));
    for (const other of [null, 'text', {}]) expect(recordOutcome(members, other)).toBe(members);
  });

  it('that ends early leaves those without an outcome as they were', () => {
    expect(recordStage(groupOf([true, true]), { stage: 'meaning', outcomes: [succeeded(1)] })[1]).toMatchObject({
      hasLeft: false,
      run: { results: {} },
    });
  });
});
