import { afterRide } from './after-ride.ts';
import type { AfterRide } from './after-ride.ts';
import { NO_FAILURES, recordFailure, recordSuccess } from './attempt.ts';
import type { BegunRun } from './attempt.ts';
import { eventMessage, eventTarget, withoutLargeData } from './callback-message.ts';
import type { Ride } from './callback-message.ts';
import { initialCallback } from './callback-record.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { DeliveryInput } from './delivery-input.ts';
import type { StageFailure } from './event-error.ts';
import { toEventResource } from './event-resource.ts';
import type { WorkflowReference } from './event-resource.ts';
import { acceptRun, beginAttempt, isEnded } from './event-run.ts';
import type { Group } from './group.ts';
import { eventsOf } from './group.ts';
import type { Stage } from './stage.ts';

/** A member of a group. One whose attempt has failed goes on in a workflow of its own, so that no other waits for it. */
export interface GroupMember extends BegunRun {
  readonly hasLeft: boolean;
  readonly callback: CallbackRecord;
  /** How its delivery goes on in a workflow of its own; null where it doesn't. */
  readonly delivery: AfterRide['delivery'];
}

export type MemberOutcome =
  | { readonly value: unknown; readonly startedAtMs: number; readonly endedAtMs: number }
  | { readonly failure: StageFailure };

/** What a stage came to, for each member that was still in the group, in order. Recorded in the group's history. */
export interface GroupStageOutcome {
  readonly stage: Stage;
  readonly outcomes: readonly MemberOutcome[];
}

/** What became of first attempts, for each member that has one to make, in order. Recorded in the group's history. */
export interface GroupRideOutcome {
  readonly rides: readonly Ride[];
}

/** A group, as far as it is recorded: the same fold in its workflow and for whoever reads its history. */
export function beginGroup(group: Group): readonly GroupMember[] {
  return eventsOf(group).map((event) => ({
    run: acceptRun(event),
    made: NO_FAILURES,
    hasLeft: false,
    callback: initialCallback(event.callback?.url ?? null),
    delivery: null,
  }));
}

/** Those whose next stage is to run in the group. */
export function isGoingOn({ run, hasLeft }: GroupMember): boolean {
  return !hasLeft && !isEnded(run.phase);
}

/** Those who are to be called back from the group. */
export function isToBeCalled({ run, hasLeft, callback }: GroupMember): boolean {
  return !hasLeft && isEnded(run.phase) && callback.url !== null;
}

/** An attempt is counted before it runs. */
export function beginStage(members: readonly GroupMember[], stage: Stage): readonly GroupMember[] {
  return members.map((member) => (isGoingOn(member) ? { ...member, run: beginAttempt(member.run, stage) } : member));
}

export function recordStage(members: readonly GroupMember[], { stage, outcomes }: GroupStageOutcome): readonly GroupMember[] {
  return pairWith(beginStage(members, stage), isGoingOn, outcomes, (member, outcome) => {
    if (!('failure' in outcome)) return { ...member, run: recordSuccess(member.run, stage, outcome) };
    const { failure } = outcome;
    const heardAtMs = failure.endedAtMs ?? member.run.event.acceptedAtMs;
    return { ...member, ...recordFailure(member.run, stage, member.made, failure, heardAtMs), hasLeft: true };
  });
}

export function recordRides(members: readonly GroupMember[], { rides }: GroupRideOutcome): readonly GroupMember[] {
  return pairWith(members, isToBeCalled, rides, (member, ride) => {
    const { record, delivery } = afterRide(member.callback, ride);
    return { ...member, callback: record, delivery };
  });
}

/** The callback of a member that another workflow is to deliver; null where there is none. */
export function memberDelivery({ run, delivery }: GroupMember, workflow: WorkflowReference): DeliveryInput | null {
  const { event } = run;
  if (delivery === null || event.callback === null) return null;
  const resource = toEventResource(run, initialCallback(event.callback.url), workflow);
  return { target: eventTarget(event, event.callback), message: eventMessage(withoutLargeData(resource)), ...delivery };
}

/** What a local activity of a group left behind, folded in; anything else leaves it as it is. */
export function recordOutcome(members: readonly GroupMember[], outcome: unknown): readonly GroupMember[] {
  if (typeof outcome !== 'object' || outcome === null) return members;
  if ('outcomes' in outcome) return recordStage(members, outcome as GroupStageOutcome);
  return 'rides' in outcome ? recordRides(members, outcome as GroupRideOutcome) : members;
}

function pairWith<T>(
  members: readonly GroupMember[],
  isPaired: (member: GroupMember) => boolean,
  others: readonly T[],
  change: (member: GroupMember, other: T) => GroupMember,
): readonly GroupMember[] {
  let next = 0;
  return members.map((member) => {
    if (!isPaired(member)) return member;
    const other = others[next];
    next += 1;
    return other === undefined ? member : change(member, other);
  });
}
