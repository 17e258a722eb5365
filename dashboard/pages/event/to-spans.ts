import { hasEnded } from '../../../domain/event-resource.ts';
import type { AttemptResource, EventResource } from '../../../domain/event-resource.ts';

/** A part of an event's life, from one time to another; milliseconds since 1970. */
export interface Span {
  readonly name: string;
  /** What came of it, or what it is at. */
  readonly note: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'waited' | 'good' | 'bad' | 'open';
}

/**
 * What is known of an event's times, in their order: the wait, each attempt of a stage or a handler with the pauses before those that are tried
 * again, each attempt to call back.
 */
export function toSpans(event: EventResource, nowMs: number): readonly Span[] {
  const acceptedMs = Date.parse(event.acceptedAt);
  const startedMs = event.startedAt === null ? null : Date.parse(event.startedAt);
  const endedMs = event.completedAt === null ? null : Date.parse(event.completedAt);
  const waitedUntilMs = startedMs ?? endedMs ?? nowMs;
  const { timeline = [] } = event;
  return [
    {
      name: 'Queued',
      note: startedMs === null && endedMs === null ? 'waits still' : '',
      fromMs: acceptedMs,
      toMs: Math.max(acceptedMs, waitedUntilMs),
      state: 'waited',
    },
    ...timeline.flatMap((attempt) => ofAttempt(attempt, timeline, endedMs ?? nowMs)),
    ...(startedMs === null || timeline.length > 0 ? [] : [ofRun(event, startedMs, endedMs ?? nowMs)]),
    ...event.callback.attempts.map(({ at, durationMs, status, error }, index): Span => {
      const fromMs = Date.parse(at);
      const note = error === null ? `delivered, ${status}` : `${status ?? 'no answer'}, ${error}`;
      return { name: `Callback, attempt ${index + 1}`, note, fromMs, toMs: fromMs + durationMs, state: error === null ? 'good' : 'bad' };
    }),
  ];
}

/** The attempt, after the pause that there was before it. */
function ofAttempt(attempt: AttemptResource, all: readonly AttemptResource[], nowMs: number): readonly Span[] {
  const { of, name, error, durationMs } = attempt;
  const title = of === 'stage' ? name : `Handler ${name}`;
  const fromMs = Date.parse(attempt.startedAt);
  const toMs = durationMs === null ? Math.max(fromMs, nowMs) : fromMs + durationMs;
  const before = all.find((one) => one.of === of && one.name === name && one.attempt === attempt.attempt - 1);
  const pausedFromMs = before && Date.parse(before.startedAt) + (before.durationMs ?? 0);
  return [
    ...(pausedFromMs === undefined || pausedFromMs >= fromMs
      ? []
      : [
          {
            name: `${title}, before attempt ${attempt.attempt}`,
            note: 'waited',
            fromMs: pausedFromMs,
            toMs: fromMs,
            state: 'waited' as const,
          },
        ]),
    {
      name: attempt.attempt === 1 ? title : `${title}, attempt ${attempt.attempt}`,
      note: error ?? '',
      fromMs,
      toMs,
      state: error !== null ? 'bad' : durationMs === null ? 'open' : 'good',
    },
  ];
}

/** All of it as one, of an event that shares its record with others: when its stages were is not on record. */
function ofRun(event: EventResource, fromMs: number, toMs: number): Span {
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
