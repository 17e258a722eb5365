import { proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import { stateOf } from '../domain/event-run.ts';
import { beginGroup, beginStage, isGoingOn, isToBeCalled, memberDelivery, recordRides, recordStage } from '../domain/group-run.ts';
import type { GroupMember } from '../domain/group-run.ts';
import type { Group } from '../domain/group.ts';
import { firstDeliveries, startDeliveries } from './start-deliveries.ts';
import { startEvent } from './start-event.ts';

const { runGroupStage, rideGroup } = proxyLocalActivities<Activities>({
  // Both end by themselves, a second or two after they began; the rest is for a process that can't.
  startToCloseTimeout: '10s',
  retry: { initialInterval: '100ms', maximumInterval: '5s' },
});

const STARTED_AT_ONCE = 50;

/**
 * Runs light events that came together: each stage in one local activity for all of them, then their callbacks. One whose
 * attempt has failed leaves as a workflow of its own, so that the others neither wait for it nor are repeated with it. What
 * became of each is in the history, as the local activities left it; there is no other result.
 * It takes no messages: one that came while a local activity runs would have it run again.
 */
export async function processGroup(group: Group): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const [first] = group.common.plan.stages;
  let members = beginGroup(group);
  for (const stage of group.common.plan.stages) {
    const going = select(beginStage(members, stage), isGoingOn);
    if (going.length === 0) break;
    members = recordStage(members, await runGroupStage({ ...(stage === first && { group }), stage, workflow, members: going }));
  }
  const called = select(members, isToBeCalled);
  if (called.length > 0) members = recordRides(members, await rideGroup({ workflow, members: called }));

  const left = members.filter(({ hasLeft }) => hasLeft);
  for (let next = 0; next < left.length; next += STARTED_AT_ONCE) {
    await Promise.all(
      left.slice(next, next + STARTED_AT_ONCE).map(({ run, made }) => startEvent(run.event, { state: stateOf(run), made })),
    );
  }
  for (let rest = members.flatMap((member) => memberDelivery(member, workflow) ?? []); rest.length > 0;) {
    const next = firstDeliveries(rest);
    await startDeliveries({ deliveries: next });
    rest = rest.slice(next.length);
  }
}

function select(members: readonly GroupMember[], isSelected: (member: GroupMember) => boolean) {
  return members.flatMap((member, index) => (isSelected(member) ? [{ index, run: stateOf(member.run) }] : []));
}
