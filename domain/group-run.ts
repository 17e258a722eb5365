import { afterRide } from './after-ride.ts';
import type { AfterRide } from './after-ride.ts';
import { NO_FAILURES } from './attempt.ts';
import type { BegunRun } from './attempt.ts';
import { initialCallback } from './callback-record.ts';
import type { CallbackRecord } from './callback-record.ts';
import type { DeliveryInput } from './delivery-input.ts';
import { eventDelivery } from './event-delivery.ts';
import type { WorkflowReference } from './event-resource.ts';
import { acceptRun } from './event-run.ts';
import type { Group } from './group.ts';
import { eventsOf } from './group.ts';
import type { RunOutcome } from './run-outcome.ts';

/** A member of a group. One whose attempt has failed goes on in a workflow of its own, so that no other waits for it. */
export interface GroupMember extends BegunRun {
  readonly hasLeft: boolean;
  readonly callback: CallbackRecord;
  /** How its delivery goes on in a workflow of its own; null where it doesn't. */
  readonly delivery: AfterRide['delivery'];
}

/** What became of each member, in order. Recorded in the group's history, and all that is. */
export interface GroupOutcome {
  readonly members: readonly RunOutcome[];
}

/** A group before anything of it is recorded. */
export function beginGroup(group: Group): readonly GroupMember[] {
  return eventsOf(group).map((event) => ({
    run: acceptRun(event),
    made: NO_FAILURES,
    hasLeft: false,
    callback: initialCallback(event.callback?.url ?? null),
    delivery: null,
  }));
}

/** The same for its workflow and for whoever reads its history. */
export function recordGroup(before: readonly GroupMember[], { members }: GroupOutcome): readonly GroupMember[] {
  return before.map((member, index) => {
    const outcome = members[index];
    if (outcome === undefined) return member;
    const { state, made = NO_FAILURES, ride } = outcome;
    const run = { ...state, event: member.run.event };
    const { record: callback, delivery } =
      ride === undefined ? { record: member.callback, delivery: null } : afterRide(member.callback, ride);
    return { run, made, hasLeft: run.phase.status !== 'completed', callback, delivery };
  });
}

/** The callback of a member that another workflow is to deliver; null where there is none. */
export function memberDelivery({ run, delivery }: GroupMember, workflow: WorkflowReference): DeliveryInput | null {
  const first = delivery && eventDelivery(run, workflow);
  return first && { ...first, ...delivery };
}
