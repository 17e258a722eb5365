import { setMaxListeners } from 'node:events';
import { Context } from '@temporalio/activity';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { Activities, RunStageInput, StageOutcome } from '../domain/activities.ts';
import type { MemberOutcome } from '../domain/group-run.ts';
import { eventsOf } from '../domain/group.ts';
import type { Inputs } from './read-input.ts';
import { stageFailureOf } from './to-failure.ts';

/** The members of a group as events, by its workflow's id. */
export type GroupEvents = Inputs<readonly AcceptedEvent[]>;

/**
 * Runs an attempt of a stage for each of a group's members, all at once. As the stages of a light type take milliseconds,
 * none waits long for another. Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 * @param runStage one attempt of a stage
 */
export function createRunGroupStage(
  runStage: (input: RunStageInput) => Promise<StageOutcome>,
  groupEvents: GroupEvents,
): Activities['runGroupStage'] {
  return async ({ group, stage, workflow, members }) => {
    // Each of the members listens for as long as it runs.
    setMaxListeners(0, Context.current().cancellationSignal);
    if (group !== undefined) groupEvents.keep(workflow.id, eventsOf(group));
    const events = await groupEvents.read(workflow.id);
    const outcomes = await Promise.all(
      members.map(async ({ index, run }): Promise<MemberOutcome> => {
        const event = events[index];
        if (event === undefined) throw new Error(`there is no event ${index} in "${workflow.id}"`);
        try {
          return await runStage({ run: { ...run, event }, stage, workflow });
        } catch (error) {
          return { failure: stageFailureOf(error) };
        }
      }),
    );
    return { stage, outcomes };
  };
}
