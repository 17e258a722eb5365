import { monotonicMs } from '../../runtime/monotonic.ts';
import type { Client } from '@temporalio/client';
import { QueryRejectedError } from '@temporalio/client';
import { ACCEPTED_QUERY, OUTCOMES_QUERY, OUTCOME_QUERY, SNAPSHOT_QUERY } from '../../temporal/durable/names.ts';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import type { EventResource } from '../../domain/event-resource.ts';
import type { RunEnd } from '../../domain/run-end.ts';
import { subjectEnds } from '../../domain/subject-ends.ts';
import type { CompactedOutcome, SubjectLetter, SubjectSnapshot } from '../../domain/subject.ts';
import { subjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';
import { createMailboxes } from '../mailbox.ts';
import { letterHash } from '../../temporal/letter-hash.ts';
import type { LetterAnswer, Subjects } from '../subject-events.ts';
import { isNotFound, readEngine } from '../../temporal/engine-call.ts';
import { readSubjectVersions } from '../../temporal/read-subject-versions.ts';
import { listSubjects } from './list-subjects.ts';
import { queryAgain } from '../../temporal/query-again.ts';
import { sendToSubject } from '../../temporal/send-to-subject.ts';

// A subject that was idle for long is replayed first.
const QUERY_TIMEOUT_MS = 5_000;
const MAX_KNOWN = 10_000;

/** @param observeEnd told of the verdicts that they come to of events from here, once they are on record
 */
export function createTemporalSubjects(client: Client, observeEnd: (end: RunEnd) => void): Subjects {
  // Those that have answered: they are there, unless somebody ended them.
  const known = new Set<string>();

  async function send(key: SubjectKey, letters: readonly SubjectLetter[]): Promise<readonly LetterAnswer[]> {
    const workflowId = subjectWorkflowId(key);
    const isThere = known.delete(workflowId);
    const { runId, answers } = await sendToSubject(client, key, letters, { isThere });
    known.add(workflowId);
    subjectEnds(letters, answers).forEach(observeEnd);
    if (known.size > MAX_KNOWN) known.delete(known.values().next().value ?? '');
    return answers.map((answer) => ({ answer, workflow: { id: workflowId, runId } }));
  }

  const { post, positionOf } = createMailboxes<LetterAnswer>({ send, now: monotonicMs });

  async function query<T>(key: SubjectKey, name: string, ...args: unknown[]): Promise<T | null> {
    try {
      const handle = client.workflow.getHandle(subjectWorkflowId(key));
      return await queryAgain(QUERY_TIMEOUT_MS, () =>
        readEngine(client, QUERY_TIMEOUT_MS, () => handle.query<T, unknown[]>(name, ...args)),
      );
    } catch (error) {
      if (isNotFound(error) || error instanceof QueryRejectedError) return null;
      throw error;
    }
  }

  return {
    post,
    positionOf,
    snapshot: (key) => query<SubjectSnapshot>(key, SNAPSHOT_QUERY),
    outcome: (key, eventId) => query<EventResource | CompactedOutcome>(key, OUTCOME_QUERY, { idHash: letterHash(eventId) }),
    accepted: (key, eventId) => query<AcceptedEvent>(key, ACCEPTED_QUERY, { idHash: letterHash(eventId) }),
    versions: (key, most) => readSubjectVersions(client, key, most),
    names: (filter) => listSubjects(client, filter),
    outcomes: (key) => query<readonly EventResource[]>(key, OUTCOMES_QUERY),
  };
}
