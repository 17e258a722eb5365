import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { AcceptedEvent } from '../../domain/accepted-event.ts';
import { toChunk } from '../../domain/chunk.ts';
import { firstThatFit } from '../../domain/first-that-fit.ts';
import { isInline } from '../../domain/is-inline.ts';
import { mapAtMost } from '../../domain/map-at-most.ts';
import { newlyRecorded } from '../../domain/subject-ends.ts';
import type { Applied, SubjectLetter } from '../../domain/subject.ts';
import type { SubjectKey } from '../../domain/subject-id.ts';
import { chunkAttributes, chunkStart } from '../../temporal/durable/chunk-start.ts';
import { WORKFLOWS } from '../../temporal/durable/names.ts';
import { toSearchAttributes } from '../../temporal/durable/search-attributes.ts';
import { subjectWorkflowId } from '../../temporal/durable/workflow-ids.ts';
import { subjectLetter } from '../subject-letter.ts';

export interface StartFollowUpsDependencies {
  readonly client: Client;
  /** Brings letters to their subject, whether or not that is there; an answer for each once they are recorded. */
  readonly sendToSubject: (key: SubjectKey, letters: readonly SubjectLetter[]) => Promise<Applied>;
  /** Told of each event that is new to the engine or to its subject, once that has it: never of one twice. */
  readonly observeStarted: (event: AcceptedEvent) => void;
}

const AT_ONCE = 10;

/** Events that go together: one for itself, or those of one subject, in their order. */
interface Line {
  readonly subject: SubjectKey | null;
  readonly events: readonly AcceptedEvent[];
}

/**
 * Starts events that others have caused: each its own workflow, or as a letter to its subject. Safe to run twice, as their ids are
 * the same each time: a workflow of an id is started once within RETENTION, and a subject knows its last 1,000 events.
 */
export function createStartFollowUps({ client, sendToSubject, observeStarted }: StartFollowUpsDependencies) {
  return async function startFollowUps({ events }: { readonly events: readonly AcceptedEvent[] }): Promise<void> {
    const load = { inFlight: events.length, slowStartMs: 0 };
    await mapAtMost(linesOf(events), AT_ONCE, async (line) => {
      if (line.subject !== null) return sendLetters(line.subject, line.events);
      for (const event of line.events) await start(event);
    });

    async function start(event: AcceptedEvent): Promise<void> {
      const chunk = toChunk([event]);
      try {
        await client.workflow.start(WORKFLOWS.processChunk, {
          ...chunkStart(event.id, chunk, load),
          args: [chunk],
          // Where this process runs light events too, it is given the first task at once.
          requestEagerStart: isInline(event.plan),
          workflowIdConflictPolicy: 'FAIL',
          typedSearchAttributes: toSearchAttributes(chunkAttributes(chunk)),
        });
        observeStarted(event);
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    }
  };

  async function sendLetters(subject: SubjectKey, events: readonly AcceptedEvent[]): Promise<void> {
    for (let rest = events; rest.length > 0;) {
      const gathered = firstThatFit(rest, (event) => Buffer.byteLength(JSON.stringify(event)));
      const letters = gathered.map((event) => subjectLetter(event, event.id));
      const { answers } = await sendToSubject(subject, letters);
      for (const { event } of newlyRecorded(letters, answers)) observeStarted(event);
      rest = rest.slice(gathered.length);
    }
  }
}

function linesOf(events: readonly AcceptedEvent[]): readonly Line[] {
  const lines = new Map<string, { readonly subject: SubjectKey | null; readonly events: AcceptedEvent[] }>();
  for (const event of events) {
    const { tenant, plan, subject: id } = event;
    const subject = plan.subjectType === undefined || id === null ? null : { tenant, type: plan.subjectType, id };
    // No event has the id of a subject's workflow.
    const name = subject === null ? event.id : subjectWorkflowId(subject);
    const line = lines.get(name) ?? { subject, events: [] };
    lines.set(name, line);
    line.events.push(event);
  }
  return [...lines.values()];
}
