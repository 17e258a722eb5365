import type { AcceptedEvent } from './accepted-event.ts';
import type { BatchResource } from './batch-resource.ts';
import type { CallbackResource, CallbackTarget } from './callback-message.ts';
import { canonicalJson } from './canonical-json.ts';
import type { EventResource } from './event-resource.ts';

type Run = Pick<CallbackTarget, 'kind' | 'owner' | 'run'>;

/**
 * What a terminal message is known by, and its `webhook-id` made from: whose it is, of which run, and its verdict. A
 * repetition has the same identity; a rerun after a crash that comes to another verdict has another one. Times are no part
 * of it, nor is how the run came to its verdict.
 */
export function verdictIdentity(target: Run, data: object): string {
  return identityOf(target, { verdict: verdictOf(data) });
}

/** What a progress message is known by: each has a number of its own in its run. */
export function progressIdentity(target: Run, number: number): string {
  return identityOf(target, { progress: number });
}

/** A batch and an event may have the same id, yet a receiver must not take one's message for the other's. */
function identityOf({ kind, owner, run }: Run, of: { readonly verdict: unknown } | { readonly progress: number }): string {
  return canonicalJson([kind, owner, run, of]);
}

/** Whether a field is of the verdict, or of when and how that came about. What was asked for is the same in each run. */
const IS_OF_VERDICT: Readonly<Record<Exclude<keyof CallbackResource | keyof BatchResource, keyof AcceptedEvent>, boolean>> = {
  status: true,
  result: true,
  error: true,
  // A batch has neither a result nor an error.
  counts: true,
  version: false,
  handlers: true,
  stage: false,
  acceptedAt: false,
  startedAt: false,
  completedAt: false,
  timings: false,
  progress: false,
  attempts: false,
  // It is on record before anything is sent.
  cleanup: false,
  workflow: false,
  recorded: false,
  followUps: false,
  omitted: false,
  name: false,
  mode: false,
  maxParallel: false,
  percent: false,
  ratePerSecond: false,
  etaSeconds: false,
  failures: false,
};
const VERDICT: ReadonlySet<string> = new Set(Object.entries(IS_OF_VERDICT).flatMap(([name, isOfIt]) => (isOfIt ? [name] : [])));

function verdictOf(data: object): unknown {
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]: [string, unknown]) => {
      if (!VERDICT.has(name)) return [];
      return name === 'handlers' ? handlersIn(value) : [[name, value]];
    }),
  );
}

/** What they came to, not how; nothing where there are none, so that an event without any is known by what it always was. */
function handlersIn(value: unknown): readonly [string, unknown][] {
  const handlers = Object.entries(value as EventResource['handlers']);
  if (handlers.length === 0) return [];
  return [['handlers', Object.fromEntries(handlers.map(([name, { attempts: _how, ...came }]) => [name, came]))]];
}
