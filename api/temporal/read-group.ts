import type { Client } from '@temporalio/client';
import { eventWorkflowId } from '../../domain/event-id.ts';
import { toEventResource } from '../../domain/event-resource.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import { endRun, isEnded } from '../../domain/event-run.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { beginGroup, recordGroup } from '../../domain/group-run.ts';
import type { GroupMember, GroupOutcome } from '../../domain/group-run.ts';
import type { Group } from '../../domain/group.ts';
import { liveResource } from '../live-runs.ts';
import type { LiveRuns } from '../live-runs.ts';
import { readRecorded } from './history.ts';
import type { Execution, WorkflowEnd } from './history.ts';
import { isRecord, readEvent, withDelivery } from './read-event.ts';

/** A group as its history shows it. */
export interface RecordedGroup {
  readonly members: readonly GroupMember[];
  readonly end: WorkflowEnd;
  readonly execution: Required<Execution>;
}

/** Null when there is no such group. */
export async function readGroup(client: Client, execution: Execution): Promise<RecordedGroup | null> {
  const recorded = await readRecorded(client, execution);
  if (recorded === null || !isGroup(recorded.input)) return null;
  // Its only local activity, once it has ended.
  const [outcome] = recorded.results;
  const begun = beginGroup(recorded.input);
  const members = isOutcome(outcome) ? recordGroup(begun, outcome) : begun;
  return { members, end: recorded.end, execution: { workflowId: execution.workflowId, runId: recorded.runId } };
}

/** A member of a group, with all that is known of its callback; null where the group has none of that index. */
export async function readMember(
  client: Client,
  liveRuns: LiveRuns,
  { members, end, execution }: RecordedGroup,
  index: number,
): Promise<EventResource | null> {
  const member = members[index];
  if (member === undefined) return null;
  const { run, callback, hasLeft } = member;
  const ownId = eventWorkflowId(run.event);
  const own = hasLeft ? await readEvent(client, liveRuns, { workflowId: ownId }) : null;
  if (own !== null) return own;
  const live = liveRuns.find(ownId);
  if (!isEnded(run.phase) && end.kind === 'open' && live !== undefined) return liveResource(live);
  const workflow = { id: execution.workflowId, runId: execution.runId };
  return withDelivery(client, toEventResource(withEnd(run, end), callback, workflow));
}

/** Ended from outside, or by an error of ours, what has no verdict will never have one. */
function withEnd(run: EventRun, end: WorkflowEnd): EventRun {
  if (end.kind === 'open' || end.kind === 'completed') return run;
  const code = end.kind === 'failed' ? 'internal' : end.kind;
  const error = { code, message: 'the workflow that it shared with others was ended', stage: null, retryable: false };
  return endRun(run, { status: 'failed', endedAtMs: end.atMs, error });
}

function isGroup(input: unknown): input is Group {
  return isRecord(input) && 'common' in input && 'members' in input;
}

function isOutcome(result: unknown): result is GroupOutcome {
  return isRecord(result) && 'members' in result;
}
