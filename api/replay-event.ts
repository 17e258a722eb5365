import type { AcceptedEvent } from '../domain/accepted-event.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { EventRun } from '../domain/event-run.ts';
import { hasEnded } from '../domain/event-resource.ts';
import { causeDigest, causeOfRun, replacedKey } from '../domain/dead-letter.ts';
import { isEnded } from '../domain/event-run.ts';
import { refusalToReplay, replayOf } from '../domain/replay.ts';
import type { ReplayFrom } from '../domain/replay.ts';
import type { ReplayMark } from '../domain/replay-mark.ts';
import { monotonicMs } from '../runtime/monotonic.ts';
import type { AppDependencies } from './app.ts';
import { digest } from './digest.ts';
import type { EventKey, JoinedRun } from './event-service.ts';
import type { PatchOperation } from './apply-patch.ts';
import type { Problem } from './problem.ts';
import { admitEvent, tooLargeFor } from './submit-event.ts';

export interface ReplayRequest {
  /** By default the stage that has failed, or the start where the data is patched. */
  readonly from?: ReplayFrom | undefined;
  readonly patch?: readonly PatchOperation[] | undefined;
  /** Whether what its handlers emit is started again; it is where nothing is said. */
  readonly emits?: 'again' | 'skip' | undefined;
  readonly idempotencyKey: string | null;
  readonly waitMs: number;
}

/** `accepted` and `ended` both mean that the new run is durable. */
export type ReplayedEvent =
  | { readonly kind: 'accepted'; readonly event: AcceptedEvent; readonly joined?: JoinedRun }
  | { readonly kind: 'ended'; readonly event: AcceptedEvent; readonly resource: EventResource }
  | { readonly kind: 'refused'; readonly problem: Problem };

export type ReplayEventDependencies = Pick<AppDependencies, 'events' | 'admit' | 'metrics' | 'planReplay' | 'now' | 'newUuid'>;

/** Begins another run of an event that has failed or was cancelled. @throws EngineUnavailableError, TypeBlockedError, BusyError */
export async function replayEvent(dependencies: ReplayEventDependencies, key: EventKey, request: ReplayRequest): Promise<ReplayedEvent> {
  const { events, metrics, planReplay, now, newUuid } = dependencies;
  const last = await events.lastRun(key);
  if (last === null) return refused({ code: 'not_found', detail: `there is no event "${key.id}"` });
  if (last.kind === 'kept') return refused({ code: 'not_replayable', detail: KEPT[last.by] });
  const { run, runId } = last;
  if (run.event.handlerOf !== undefined) return refused({ code: 'not_replayable', detail: KEPT.handler });

  const asked = askedFor(request);
  const joined = await joinByKey(run, asked);
  if (joined !== null) return joined;
  const refusal = refusalToReplay(run);
  if (refusal !== null) return refused({ code: 'not_replayable', detail: `"${key.id}" ${NOT_REPLAYABLE[refusal]}` });

  const { patch, from = patch === undefined ? 'stage' : 'start', waitMs } = request;
  const planned = await planReplay(run.event, patch);
  if (!planned.ok) return refused(planned.problem);
  const mark: ReplayMark = {
    atMs: now(),
    of: runId,
    by: newUuid(),
    ...asked,
    ...replacedBy(run),
    ...(request.emits === 'skip' && { emits: 'skip' }),
  };
  const next = replayOf(run, { from, event: planned.event, mark });
  if (next === null) {
    const detail = `the type "${run.event.type}" has other stages by now: replay the event from the start`;
    return refused({ code: 'not_replayable', detail });
  }
  const tooLarge = tooLargeFor(next.event);
  if (tooLarge !== null) return refused(tooLarge);

  const startedAt = monotonicMs();
  const admitted = await admitEvent(dependencies, next.event);
  if (!admitted.ok) return refused(admitted.problem);
  try {
    const replay = await events.replay(next, waitMs);
    if (replay.kind === 'not_replayable') {
      return refused({ code: 'not_replayable', detail: `another replay of "${key.id}" has just begun` });
    }
    metrics.accepted(next.event, (monotonicMs() - startedAt) / 1_000);
    return replay;
  } finally {
    admitted.leave();
  }

  /** A request that is repeated with its key joins the run that it has begun; null where it is the first. */
  async function joinByKey({ event }: EventRun, { key: given, asked: content }: Asked): Promise<ReplayedEvent | null> {
    if (given === undefined || event.replay?.key !== given) return null;
    if (event.replay.asked !== content) {
      return refused({ code: 'id_conflict', detail: 'the Idempotency-Key was used before, for another replay of this event' });
    }
    const resource = await events.whenEnded(key, request.waitMs);
    if (resource !== null && request.waitMs > 0 && hasEnded(resource)) return { kind: 'ended', event, resource };
    return { kind: 'accepted', event, joined: resource ?? { status: 'accepted', run: event.run } };
  }
}

function replacedBy(run: EventRun): Pick<ReplayMark, 'replaces'> {
  const cause = causeOfRun(run);
  return cause !== null && isEnded(run.phase) ? { replaces: replacedKey(causeDigest(cause), run.phase.endedAtMs) } : {};
}

type Asked = Pick<ReplayMark, 'asked' | 'key'>;

function askedFor({ from, patch, emits, idempotencyKey }: ReplayRequest): Asked {
  return { asked: digest({ from, patch, emits }), ...(idempotencyKey !== null && { key: digest(idempotencyKey) }) };
}

const KEPT = {
  subject: 'an event of a subject was applied in its turn, and cannot be replayed',
  handler: 'a handler that has failed is called again where its event is replayed',
  batch: "an item of a batch runs again by the batch's retry-failed",
} as const;

const NOT_REPLAYABLE = {
  not_ended: 'has not ended: it runs, or is about to',
  completed: 'is completed: only what has failed, was cancelled or is partial can be replayed',
} as const;

function refused(problem: Problem): ReplayedEvent {
  return { kind: 'refused', problem };
}
