import { workflowInfo } from '@temporalio/workflow';
import { stateOf } from '../domain/event-run.ts';
import { beginGroup, memberDelivery, recordGroup } from '../domain/group-run.ts';
import type { Group } from '../domain/group.ts';
import { mapAtMost } from '../domain/map-at-most.ts';
import { runGroup } from './at-once.ts';
import { firstDeliveries, startDeliveries } from './start-deliveries.ts';
import { startEvent } from './start-event.ts';

const STARTED_AT_ONCE = 50;

/**
 * Runs light events that came together, stages and callbacks, in one local activity for all of them. One whose attempt has
 * failed leaves as a workflow of its own, so that the others neither wait for it nor are repeated with it. What became of
 * each is in the history, as the local activity left it; there is no other result.
 * It takes no messages: one that came while the local activity runs would have it run again.
 */
export async function processGroup(group: Group): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const workflow = { id: workflowId, runId };
  const members = recordGroup(beginGroup(group), await runGroup({ workflow }));

  const left = members.filter(({ hasLeft }) => hasLeft);
  await mapAtMost(left, STARTED_AT_ONCE, ({ run, made }) => startEvent(run.event, { state: stateOf(run), made }, members.length));
  for (let rest = members.flatMap((member) => memberDelivery(member, workflow) ?? []); rest.length > 0;) {
    const next = firstDeliveries(rest);
    await startDeliveries({ deliveries: next });
    rest = rest.slice(next.length);
  }
}
