import type { Client } from '@temporalio/client';
import type { Subject, SubjectSnapshot } from '../domain/subject.ts';
import type { SubjectKey } from '../domain/subject-id.ts';
import { isFolded, versionsSince } from '../domain/subject-versions.ts';
import { subjectWorkflowId } from './durable/workflow-ids.ts';
import { readRecorded } from './history.ts';

// A run goes on as another after some thousands of events; a reader waits for no more than these.
const MOST_RUNS = 3;

/**
 * What a subject was from one gathering of events to the next, the oldest first, as far as the histories of its last runs say: beyond the
 * state that the oldest of these began with there is nothing. Null when there is no such subject. @throws EngineUnavailableError
 * @param most so many, the newest; and the one before them
 */
export async function readSubjectVersions(client: Client, key: SubjectKey, most: number): Promise<readonly SubjectSnapshot[] | null> {
  const workflowId = subjectWorkflowId(key);
  let versions: readonly SubjectSnapshot[] = [];
  let runId: string | null | undefined;
  for (let runs = 0; runs < MOST_RUNS && runId !== null && versions.length <= most; runs += 1) {
    const recorded = await readRecorded(client, { workflowId, ...(runId && { runId }) });
    // An earlier run may be past its retention.
    if (recorded === null) break;
    const { subject } = recorded.input as { readonly subject: Subject };
    const of = versionsSince(subject, recorded.results.filter(isFolded));
    // A run begins with what the one before it has left.
    versions = [...of, ...versions.slice(1)];
    runId = recorded.continuedRunId;
  }
  return versions.length === 0 ? null : versions.slice(-most - 1);
}
