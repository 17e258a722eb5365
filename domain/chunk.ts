import type { AcceptedEvent } from './accepted-event.ts';
import type { CallbackRecord } from './callback-record.ts';
import { acceptRun } from './event-run.ts';
import type { EventRun, RunState } from './event-run.ts';
import type { RunOutcome } from './run-outcome.ts';
import { TIERS } from './tier.ts';
import type { Tier } from './tier.ts';

/** At most so many events share a workflow, and so many bytes of them: an engine takes 2 MiB in one piece, and each may have results of 12 KiB. */
export const MAX_CHUNK = { events: 100, bytes: 256 * 1024 } as const;

/** What the events of a chunk have in common, by which lists find it. */
type Shared = Pick<AcceptedEvent, 'type' | 'tenant' | 'plan'>;

/**
 * Events that share a workflow, a history and a turn: one by itself, or several that came together. The input of their
 * workflow: an event is the shared part and its own, whatever fields it has.
 */
export interface Chunk {
  readonly shared: Shared;
  readonly own: readonly Omit<AcceptedEvent, keyof Shared>[];
  /** Where each goes on; absent where all of them begin. */
  readonly begun?: readonly RunState[];
}

/** @param events all alike in what a chunk has in common; at least one */
export function toChunk(events: readonly AcceptedEvent[], begun?: readonly RunState[]): Chunk {
  const [first] = events;
  if (first === undefined) throw new Error('a chunk has at least one event');
  const { type, tenant, plan } = first;
  return { shared: { type, tenant, plan }, own: events.map(ownPart), ...(begun && { begun }) };
}

function ownPart({ type: _type, tenant: _tenant, plan: _plan, ...own }: AcceptedEvent): Chunk['own'][number] {
  return own;
}

export function eventsOf({ shared, own }: Chunk): readonly AcceptedEvent[] {
  // Not spread: of two objects that takes V8 twenty times as long, which is felt where all that a workflow does takes as long.
  return own.map((event) => Object.assign({}, event, shared));
}

/** The runs of a chunk, each where it begins or goes on. */
export function runsOf(chunk: Chunk): readonly EventRun[] {
  return eventsOf(chunk).map((event, index) => {
    const begun = chunk.begun?.[index];
    return begun === undefined ? acceptRun(event) : { event, ...begun };
  });
}

/** Events that may share a workflow have the same name here. */
export function chunkKey({ tenant, type }: AcceptedEvent): string {
  return JSON.stringify([tenant, type]);
}

/** The tiers that a chunk's events have, the most urgent first. */
export function tiersOf({ own }: Chunk): readonly Tier[] {
  return TIERS.filter((tier) => own.some((event) => event.tier === tier));
}

/** What one call that advances a chunk came to: an outcome for each of its runs, in order. */
export interface ChunkOutcome {
  readonly runs: readonly RunOutcome[];
}

/** A run as its chunk keeps it, with what is known of its callback. */
export interface KeptRun extends RunState {
  readonly callback: CallbackRecord;
  /** It goes on as a chunk of its own, which alone knows more of it. */
  readonly hasLeft?: true;
}

/**
 * What the workflow of a run that is alone leaves behind, and what it answers while it is open. Several leave nothing but the
 * outcomes of their calls, which are on record before the end.
 */
export interface RunRecord extends KeptRun {
  /** The workflow's: a workflow that was reset goes on as another. */
  readonly runId: string;
}
