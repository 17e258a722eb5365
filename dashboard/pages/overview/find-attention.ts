import type { DestinationResource } from '../../../domain/destination-resource.ts';
import type { LimitResource } from '../../../domain/limit-resource.ts';
import type { StatsResource } from '../../../domain/stats-resource.ts';
import type { Readiness } from '../../service/readiness.ts';
import { formatCount } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';

/** Something that somebody should look at: a sentence, and where more is to be seen. */
export interface Attention {
  readonly sentence: string;
  readonly to: '/dead-letters' | '/destinations' | '/limits' | null;
}

export interface Looked {
  readonly stats: StatsResource | undefined;
  readonly limits: readonly LimitResource[] | undefined;
  readonly destinations: readonly DestinationResource[] | undefined;
  readonly readiness: Readiness | undefined;
  readonly nowMs: number;
}

// Waiting for a permit is what limits are for; for so long it is worth a look.
const LONG_WAIT_MS = 60_000;

/** What needs attention, the worst first. What isn't known yet needs none. */
export function findAttention({ stats, limits = [], destinations = [], readiness, nowMs }: Looked): readonly Attention[] {
  return [
    ...(readiness === undefined || readiness.status === 'ok' ? [] : [{ sentence: notReady(readiness.status), to: null }]),
    ...(readiness?.worker?.lacking ?? []).map(({ summary }) => ({ sentence: summary, to: null })),
    ...destinations.filter(({ state }) => state !== 'closed').map((each) => ofDestination(each, nowMs)),
    ...(stats === undefined ? [] : ofStats(stats)),
    ...limits.flatMap((limit) => ofLimit(limit, nowMs)),
  ];
}

function notReady(status: string): string {
  if (status === 'engine_unavailable') return 'No events can be accepted: the engine does not answer.';
  return status === 'stopping' ? 'No events are accepted: the process is stopping.' : `No events are accepted: ${status}.`;
}

function ofDestination({ origin, parked, nextProbeAt }: DestinationResource, nowMs: number): Attention {
  const waiting = parked === 0 ? 'nothing waits for it' : `${formatCount(parked, 'callback')} ${parked === 1 ? 'waits' : 'wait'}`;
  const next =
    nextProbeAt === null
      ? 'it is not tried again until you resume it'
      : `it is tried again in ${formatDuration(Math.max(0, Date.parse(nextProbeAt) - nowMs))}`;
  return { sentence: `Callbacks to ${origin} fail: ${waiting}, and ${next}.`, to: '/destinations' };
}

function ofStats({ points }: StatsResource): readonly Attention[] {
  const hour = points.slice(-60);
  const sum = (count: (point: (typeof hour)[number]) => number): number => hour.reduce((total, point) => total + count(point), 0);
  const failed = sum((point) => point.failed);
  const shed = sum((point) => point.shed);
  const ended = failed + sum((point) => point.completed);
  return [
    ...(shed > 0 ? [{ sentence: `${formatCount(shed, 'event')} ${were(shed)} refused in the last hour for want of room.`, to: null }] : []),
    ...(failed > 0
      ? [
          {
            sentence: `${formatCount(failed, 'event')} of ${formatCount(ended, 'event')} failed in the last hour.`,
            to: '/dead-letters' as const,
          },
        ]
      : []),
  ];
}

function ofLimit({ key, capacity, waiting, waiters, holders, otherHolders }: LimitResource, nowMs: number): readonly Attention[] {
  const longestMs = Math.max(0, ...waiters.map(({ since }) => nowMs - Date.parse(since)));
  if (capacity > 0 && longestMs < LONG_WAIT_MS) return [];
  if (waiting === 0) return [];
  const held = holders.length + otherHolders;
  const wait = longestMs < LONG_WAIT_MS ? '' : `, one for ${formatDuration(longestMs)}`;
  return [
    {
      sentence: `${formatCount(waiting, 'event')} ${waiting === 1 ? 'waits' : 'wait'} for the limit “${key}”${wait}: ${held} of ${capacity} permits are held.`,
      to: '/limits',
    },
  ];
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were';
}
