import { runsOf } from '../../domain/chunk.ts';
import type { Chunk } from '../../domain/chunk.ts';
import type { EventRun } from '../../domain/event-run.ts';
import { toListedEvent, toListedState } from '../../domain/listed-run.ts';
import { EVENT_MEMO, EVENTS_MEMO, STANDING_MEMO } from './names.ts';

/** What the engine's list keeps beside the workflow of a chunk from its start on. */
export function chunkMemo(chunk: Chunk): Readonly<Record<string, unknown>> {
  const [run, ...others] = runsOf(chunk);
  // A page of some of them is one read, whereas all of them would be kept twice.
  if (run === undefined || others.length > 0) return { [EVENTS_MEMO]: chunk.own.length };
  const event = toListedEvent(run.event);
  return event === null ? {} : { [EVENT_MEMO]: event, ...(chunk.begun && standingMemo(run)) };
}

/** The same of where the run of a chunk of one stands by now. */
export function standingMemo(run: EventRun): Readonly<Record<string, unknown>> {
  return { [STANDING_MEMO]: toListedState(run) ?? false };
}
