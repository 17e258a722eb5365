import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { AppDependencies } from './app.ts';
import type { Submission, SubmitOptions } from './event-service.ts';
import type { Problem } from './problem.ts';

export type Submitted = Exclude<Submission, { kind: 'conflict' }> | { readonly kind: 'refused'; readonly problem: Problem };

// The engine refuses 2 MiB; numbers such as 1e20 grow when they are written out.
const MAX_ENCODED_BYTES = 1_500_000;

/** Starts a parsed event if there is room for it, and counts it; whatever route it came by. */
export async function submitEvent(
  { events, admit, metrics }: Pick<AppDependencies, 'events' | 'admit' | 'metrics'>,
  event: AcceptedEvent,
  options: SubmitOptions,
): Promise<Submitted> {
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_ENCODED_BYTES) {
    return refused({ code: 'too_large', detail: 'written out as the engine keeps it, the event has more than 1.5 MB' });
  }
  const startedAt = performance.now();
  const admitted = await admit(event);
  if (!admitted.admitted) {
    metrics.shed(event.tier, admitted.reason);
    return refused({
      code: 'overloaded',
      detail: `there is no room for a ${event.tier} event just now`,
      headers: { 'retry-after': String(Math.ceil(admitted.retryAfterMs / 1_000)) },
    });
  }
  const submission = await events.submit(event, options).catch((error: unknown) => {
    admitted.cancel();
    throw error;
  });
  // One that was over before it came again is never seen to end here.
  if (submission.kind !== 'accepted') admitted.cancel();
  if (submission.kind === 'conflict') {
    return refused({ code: 'id_conflict', detail: `the id "${event.id}" was used before, with other content` });
  }
  metrics.accepted(event, (performance.now() - startedAt) / 1_000);
  return submission;
}

function refused(problem: Problem): Submitted {
  return { kind: 'refused', problem };
}
