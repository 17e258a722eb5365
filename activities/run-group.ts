import { setMaxListeners } from 'node:events';
import { NO_FAILURES } from '../domain/attempt.ts';
import type { RunGroupInput } from '../domain/activities.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { acceptRun } from '../domain/event-run.ts';
import { toRunOutcome } from '../domain/run-outcome.ts';
import { eventsOf } from '../domain/group.ts';
import type { Group } from '../domain/group.ts';
import type { GroupOutcome } from '../domain/group-run.ts';
import { attemptStages } from './attempt-stages.ts';
import { rideTogether } from './ride-together.ts';
import type { RunEventDependencies } from './run-event.ts';
import type { Surroundings } from './surroundings.ts';

export interface RunGroupDependencies extends RunEventDependencies {
  /** What the group's workflow was started with, for whoever wasn't the one to start it. */
  readonly readGroup: (workflow: WorkflowReference) => Promise<Group>;
}

/**
 * Runs the stages of a group's members, all at once, each until it is complete or an attempt has failed; then makes the first
 * attempts of their callbacks. Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunGroup({ runStage, rideCallback, now, readGroup }: RunGroupDependencies) {
  return async function runGroup({ group, workflow }: RunGroupInput, surroundings: Surroundings): Promise<GroupOutcome> {
    const events = eventsOf(group ?? (await readGroup(workflow)));
    // Each of the members listens for as long as it runs.
    setMaxListeners(0, surroundings.signal);
    const members = await Promise.all(
      events.map((event) => attemptStages({ runStage, now }, { run: acceptRun(event), made: NO_FAILURES }, workflow, surroundings)),
    );
    // Who failed is called back by the workflow that it leaves for.
    const called = members.filter(({ run: { event, phase } }) => event.callback !== null && phase.status === 'completed');
    const rides = await rideTogether(called, ({ run }) => rideCallback({ run, workflow }, true));
    const rideOf = new Map(called.map((member, index) => [member, rides[index]]));
    return { members: members.map((member) => toRunOutcome(member, rideOf.get(member))) };
  };
}
