import { defineSearchAttributeKey, TypedSearchAttributes, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { BegunState } from '../domain/attempt.ts';
import { eventAttributes, eventStart } from '../domain/event-start.ts';
import { processEvent } from './process-event.ts';

/**
 * Goes on with an event in a workflow of its own, which outlives this one. Awaited, since a child whose parent completes in
 * the same task is never started.
 * @param inFlight light events that its process is running, as far as is known here
 */
export async function startEvent(event: AcceptedEvent, begun: BegunState, inFlight: number): Promise<void> {
  const attributes = Object.entries(eventAttributes(event));
  try {
    await startChild(processEvent, {
      ...eventStart(event, inFlight),
      args: [event, begun],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: new TypedSearchAttributes(
        attributes.map(([name, value]) => ({ key: defineSearchAttributeKey(name, 'KEYWORD'), value })),
      ),
    });
  } catch (error) {
    // A run that was reset comes here a second time; the event is under way.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
