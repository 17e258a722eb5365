import { setMaxListeners } from 'node:events';
import { NO_FAILURES } from '../domain/attempt.ts';
import type { BegunRun } from '../domain/attempt.ts';
import type { RunGroupInput } from '../domain/activities.ts';
import type { Ride } from '../domain/callback-message.ts';
import type { WorkflowReference } from '../domain/event-resource.ts';
import { acceptRun } from '../domain/event-run.ts';
import { toRunOutcome } from '../domain/run-outcome.ts';
import { eventsOf } from '../domain/group.ts';
import type { Group } from '../domain/group.ts';
import type { GroupOutcome } from '../domain/group-run.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { CONNECTIONS_PER_ORIGIN, RIDE_EXTRA_MS, RIDE_MS } from '../domain/riding.ts';
import { attemptStages } from './attempt-stages.ts';
import type { RunEventDependencies } from './run-event.ts';
import { originOf } from './callback/origin-memory.ts';
import type { Surroundings } from './surroundings.ts';
import type { WatchLoop } from '../domain/watch-loop.ts';

export interface RunGroupDependencies extends RunEventDependencies {
  readonly watchLoop: WatchLoop;
  /** What the group's workflow was started with, for whoever wasn't the one to start it. */
  readonly readGroup: (workflow: WorkflowReference) => Promise<Group>;
}

/**
 * Runs the stages of a group's members, all at once, each until it is complete or an attempt has failed; then makes the first
 * attempts of their callbacks. Safe to run twice as far as the handlers are: they are given the same `idempotencyKey` again.
 */
export function createRunGroup({ runStage, rideCallback, now, watchLoop, readGroup }: RunGroupDependencies) {
  return async function runGroup({ group, workflow }: RunGroupInput, surroundings: Surroundings): Promise<GroupOutcome> {
    const events = eventsOf(group ?? (await readGroup(workflow)));
    // Each of the members listens for as long as it runs.
    setMaxListeners(0, surroundings.signal);
    const members = await Promise.all(
      events.map((event) => attemptStages({ runStage, now }, { run: acceptRun(event), made: NO_FAILURES }, workflow, surroundings)),
    );
    const rides = await rideAll(members, workflow);
    return { members: members.map((member) => toRunOutcome(member, rides.get(member))) };
  };

  /**
   * To each origin as many at once as it has connections, the others after them. What hasn't begun after a second, or three
   * where this process has no rest, is left to deliveries of its own. Who failed is called back by the workflow that it
   * leaves for.
   */
  async function rideAll(members: readonly BegunRun[], workflow: WorkflowReference): Promise<ReadonlyMap<BegunRun, Ride>> {
    const untilMs = now() + RIDE_MS;
    const isBusy = watchLoop();
    const mayBegin = (): boolean => now() < untilMs || (now() < untilMs + RIDE_EXTRA_MS && isBusy());
    const rides = new Map<BegunRun, Ride>();
    const lines = new Map<string, BegunRun[]>();
    for (const member of members) {
      const { event, phase } = member.run;
      if (event.callback === null || phase.status !== 'completed') continue;
      rides.set(member, { kind: 'declined' });
      const origin = originOf(event.callback.url);
      const line = lines.get(origin);
      if (line === undefined) lines.set(origin, [member]);
      else line.push(member);
    }
    await Promise.all(
      [...lines.values()].map((line) =>
        mapAtMost(line, CONNECTIONS_PER_ORIGIN, async (member) => {
          // It stays declined where its process couldn't end it.
          if (mayBegin())
            await rideCallback({ run: member.run, workflow }, true).then(
              (ride) => rides.set(member, ride),
              () => undefined,
            );
        }),
      ),
    );
    return rides;
  }
}
