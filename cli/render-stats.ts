import type { StatsResource } from '../domain/stats-resource.ts';
import { table } from './render.ts';

/** The minutes in which something happened, and how it stands. */
export function renderStats({ points, now }: StatsResource): string {
  const busy = points.filter(({ accepted, completed, failed, cancelled, shed, callbacks }) =>
    [accepted, completed, failed, cancelled, shed, callbacks.delivered, callbacks.failed].some((count) => count > 0),
  );
  const rows = busy.map(({ at, accepted, completed, failed, shed, callbacks, p50Ms, p95Ms }) => [
    at,
    ...[accepted, completed, failed, shed, callbacks.delivered, callbacks.failed].map(String),
    byTier(p50Ms),
    byTier(p95Ms),
  ]);
  const head = ['MINUTE', 'ACCEPTED', 'COMPLETED', 'FAILED', 'SHED', 'CALLED BACK', 'CALLS FAILED', 'P50 MS', 'P95 MS'];
  const permits = Object.entries(now.permits).map(
    ([key, { capacity, held, waiting }]) => `${key}: ${held} of ${capacity} held, ${waiting} wait`,
  );
  const standing = [
    `running: ${byTier(positive(now.running))}`,
    `waiting for a permit: ${byTier(positive(now.backlog))}`,
    ...permits,
    `destinations with an open circuit breaker: ${now.destinationsOpen}`,
  ];
  const past = busy.length === 0 ? `nothing happened in ${points.length} minutes\n` : table(head, rows, (text) => text);
  return `${past}\n${standing.join('\n')}\n`;
}

function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** `critical 2, high 1`; `–` where there is none. */
function byTier(figures: Readonly<Record<string, number>>): string {
  const texts = Object.entries(figures).map(([tier, figure]) => `${tier} ${figure}`);
  return texts.length === 0 ? '–' : texts.join(', ');
}
