import { handlerRunId } from '../domain/event-id.ts';
import { hasEnded } from '../domain/event-resource.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { RunState } from '../domain/event-run.ts';
import type { Stage } from '../domain/stage.ts';
import type { Why } from '../domain/why.ts';
import { whyEnded } from '../domain/why-ended.ts';
import { toIso } from '../domain/to-iso.ts';

/**
 * Says in a sentence, and in figures, what an event waits for or does, as far as its run knows.
 * @param run null where the run can't be asked just now: it is busy with its stages, or has no worker
 */
export function explainRun(resource: EventResource, run: RunState | null, nowMs: number): Why {
  const base = { id: resource.id, status: resource.status };
  if (resource.callback.status === 'parked') return { ...base, ...parked(resource) };
  if (resource.completedAt !== null) {
    return { ...base, reason: 'ended', since: resource.completedAt, ...ended(resource, nowMs) };
  }
  const open = openHandlers(resource);
  if (resource.status === 'running' && resource.stage === null && open.length > 0) return { ...base, ...atHandlers(resource, open) };
  if (run?.phase.status !== 'waiting') return { ...base, ...running(resource, run) };

  const { waiting, stage } = run.phase;
  if (waiting.reason === 'permit') {
    const { key, sinceMs } = waiting;
    return { ...base, reason: 'permit', summary: `It waits for a permit of "${key}".`, since: toIso(sinceMs), details: { key } };
  }
  const nextAttemptAt = toIso(waiting.untilMs);
  // By a clock that may differ from the one it waits by.
  const etaMs = Math.min(Math.max(0, waiting.untilMs - nowMs), waiting.forMs ?? Infinity);
  if (waiting.reason === 'delay') {
    const summary = `It was asked to wait until ${nextAttemptAt}.`;
    return { ...base, reason: 'delay', summary, since: resource.acceptedAt, details: { nextAttemptAt, etaMs } };
  }
  const { lastError } = waiting;
  const attempt = attemptOf(stage, resource, run);
  const summary = `Attempt ${attempt} of its ${stage} failed (${lastError.code}); the next is at ${nextAttemptAt}.`;
  return { ...base, reason: 'retry', summary, since: null, details: { stage, attempt, nextAttemptAt, lastError, etaMs } };
}

function running(resource: EventResource, run: RunState | null): Omit<Why, 'id' | 'status'> {
  const stage = run?.phase.status === 'running' ? run.phase.stage : resource.stage;
  const attempt = attemptOf(stage, resource, run);
  const summary = stage === null ? 'It was accepted and is about to run.' : `Its ${stage} runs, attempt ${attempt}.`;
  return { reason: 'running', summary, since: resource.startedAt ?? resource.acceptedAt, details: { stage, attempt } };
}

type OpenHandlers = NonNullable<Why['details']['handlers']>;

function openHandlers(resource: EventResource): OpenHandlers {
  return Object.entries(resource.handlers).flatMap(([name, { status }]) =>
    hasEnded({ status }) ? [] : [{ name, status, event: handlerRunId(resource, name) }],
  );
}

function atHandlers(resource: EventResource, handlers: OpenHandlers): Omit<Why, 'id' | 'status'> {
  const names = handlers.map(({ name, status }) => `${name} (${status})`).join(', ');
  const summary = `Its stages are complete; it waits for ${handlers.length === 1 ? 'its handler' : 'its handlers'} ${names}.`;
  return { reason: 'handlers', summary, since: resource.startedAt ?? resource.acceptedAt, details: { handlers } };
}

function parked(resource: EventResource): Omit<Why, 'id' | 'status'> {
  const { callback, completedAt } = resource;
  const { origin } = new URL(callback.url ?? '');
  const summary = `${whyEnded(resource).cause}; its callback waits until ${origin} is well again.`;
  return { reason: 'breaker', summary, since: callback.attempts.at(-1)?.at ?? completedAt, details: { key: origin } };
}

function ended(resource: EventResource, nowMs: number): Pick<Why, 'summary' | 'details'> {
  const { cause, advice, details } = whyEnded(resource);
  const callback = explainCallback(resource, nowMs);
  const sentence = callback === null ? `${cause}.` : `${cause}; its callback ${callback.clause}.`;
  return { summary: advice === null ? sentence : `${sentence} ${advice}`, details: { ...details, ...callback?.details } };
}

/** Null where there is nothing to say of it. */
function explainCallback({ callback }: EventResource, nowMs: number): { readonly clause: string; readonly details: Why['details'] } | null {
  const { attempts, nextAttemptAt } = callback;
  const attempt = attempts.length;
  const came = `${attempt === 1 ? '1 attempt' : `${attempt} attempts`} (the last: ${wordsOf(attempts.at(-1)?.error ?? 'none')})`;
  if (callback.status === 'failed') return { clause: `was given up after ${came}`, details: { attempt } };
  if (callback.status !== 'pending') return null;
  if (nextAttemptAt === undefined) return { clause: 'is on its way', details: { attempt } };
  const etaMs = Math.max(0, Date.parse(nextAttemptAt) - nowMs);
  return { clause: `is sent again at ${nextAttemptAt}, after ${came}`, details: { attempt, nextAttemptAt, etaMs } };
}

/** A code that says nothing to somebody who hasn't read of it says what is to be done. */
function wordsOf(error: string): string {
  return error === 'guarded' ? 'guarded: it leads to no public address, and CALLBACK_ALLOW opens no other' : error;
}

function attemptOf(stage: Stage | null, resource: EventResource, run: RunState | null): number {
  return stage === null ? 0 : (run?.attempts[stage] ?? resource.attempts[stage] ?? 0);
}
