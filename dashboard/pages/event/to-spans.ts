import { hasEnded } from '../../../domain/event-resource.ts';
import type { EventResource } from '../../../domain/event-resource.ts';

/** A part of an event's life, from one time to another; milliseconds since 1970. */
export interface Span {
  readonly name: string;
  /** What came of it, or what it is at. */
  readonly note: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'waited' | 'good' | 'bad' | 'open';
}

/** What is known of an event's times, in their order: the wait, the run, each attempt to call back. */
export function toSpans(event: EventResource, nowMs: number): readonly Span[] {
  const acceptedMs = Date.parse(event.acceptedAt);
  const startedMs = event.startedAt === null ? null : Date.parse(event.startedAt);
  const endedMs = event.completedAt === null ? null : Date.parse(event.completedAt);
  const waitedUntilMs = startedMs ?? endedMs ?? nowMs;
  return [
    {
      name: 'Queued',
      note: startedMs === null && endedMs === null ? 'waits still' : '',
      fromMs: acceptedMs,
      toMs: Math.max(acceptedMs, waitedUntilMs),
      state: 'waited',
    },
    ...(startedMs === null ? [] : [toRun(event, startedMs, endedMs ?? nowMs)]),
    ...event.callback.attempts.map(({ at, durationMs, status, error }, index): Span => {
      const fromMs = Date.parse(at);
      const note = error === null ? `delivered, ${status}` : `${status ?? 'no answer'}, ${error}`;
      return { name: `Callback, attempt ${index + 1}`, note, fromMs, toMs: fromMs + durationMs, state: error === null ? 'good' : 'bad' };
    }),
  ];
}

function toRun(event: EventResource, fromMs: number, toMs: number): Span {
  const stages = Object.entries(event.attempts)
    .filter(([, attempts]) => attempts > 0)
    .map(([stage, attempts]) => (attempts === 1 ? stage : `${stage} ×${attempts}`));
  const handlers = Object.keys(event.handlers);
  const state = !hasEnded(event) ? 'open' : event.status === 'completed' ? 'good' : 'bad';
  return {
    name: handlers.length > 0 ? 'Stages and handlers' : 'Stages',
    note: [...stages, ...handlers].join(', '),
    fromMs,
    toMs: Math.max(fromMs, toMs),
    state,
  };
}
