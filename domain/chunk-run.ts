import { afterRide } from './after-ride.ts';
import type { AfterRide } from './after-ride.ts';
import { DECLINED } from './callback-message.ts';
import type { Ride } from './callback-message.ts';
import { initialCallback } from './callback-record.ts';
import type { ChunkOutcome, KeptRun } from './chunk.ts';
import type { DeliveryInput } from './delivery-input.ts';
import { eventDelivery } from './event-delivery.ts';
import type { WorkflowReference } from './event-resource.ts';
import { isEnded, stateOf } from './event-run.ts';
import type { EventRun } from './event-run.ts';
import { recordOutcome } from './run-outcome.ts';
import type { RunOutcome } from './run-outcome.ts';

/** A run of a chunk, as its workflow follows it. */
export interface ChunkRun {
  readonly run: EventRun;
  /** What became of its callback's first attempt; null where nobody has made one here. */
  readonly ride: Ride | null;
  readonly hasLeft: boolean;
}

/** The runs of a chunk before anything of this workflow is recorded. */
export function beginChunk(runs: readonly EventRun[]): readonly ChunkRun[] {
  return runs.map((run) => ({ run, ride: null, hasLeft: false }));
}

/** The same for the workflow and for whoever reads its history. */
export function recordChunk(before: readonly ChunkRun[], { runs }: ChunkOutcome): readonly ChunkRun[] {
  return splitOff(
    before.map((one, index) => {
      const outcome = runs[index];
      return outcome === undefined ? one : { ...one, run: recordOutcome(one.run, outcome), ride: outcome.ride ?? one.ride };
    }),
  );
}

/**
 * The same of a run that is alone and whose caller was told meanwhile that it ends as cancelled: all that its call came to but the
 * end that it may have come to.
 */
export function recordCancelled(one: ChunkRun, outcome: RunOutcome): ChunkRun {
  const { phase } = isEnded(outcome.phase) ? one.run : outcome;
  return { ...one, run: recordOutcome(one.run, { ...outcome, phase }) };
}

/**
 * In company nobody is waited for: a run that isn't complete goes on, or ends, as a chunk of its own, so that its neighbours are
 * neither held up nor repeated with it, and so that lists find what has failed.
 */
function splitOff(runs: readonly ChunkRun[]): readonly ChunkRun[] {
  return runs.length === 1 ? runs : runs.map((one) => ({ ...one, hasLeft: one.run.phase.status !== 'completed' }));
}

/** What is left to be delivered of those that have ended here, in order. */
export function deliveriesOf(runs: readonly ChunkRun[], workflow: WorkflowReference): readonly DeliveryInput[] {
  return runs.flatMap((one) => {
    const { delivery } = toldOf(one);
    // Of most nothing is left, and their messages needn't be written out for that.
    const first = one.hasLeft || delivery === null ? null : eventDelivery(one.run, workflow);
    return first === null ? [] : [{ ...first, ...delivery }];
  });
}

/** A run with what is known of its callback. */
export function toKept(one: ChunkRun): KeptRun {
  return { ...stateOf(one.run), callback: toldOf(one).record, ...(one.hasLeft && { hasLeft: true }) };
}

function toldOf({ run: { event, phase }, ride }: ChunkRun): AfterRide {
  const before = initialCallback(event.callback?.url ?? null);
  return isEnded(phase) ? afterRide(before, ride ?? DECLINED) : { record: before, delivery: null };
}
