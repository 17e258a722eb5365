import type { Rejection } from './batch-item.ts';
import type { AcceptedEvent } from './accepted-event.ts';
import { NOTHING_SAID } from './handled-event.ts';
import { acceptRun, failRun, markStarted } from './event-run.ts';
import type { EventRun } from './event-run.ts';

/** A line that is no valid event ends as a failed item. */
export function rejectedRun(rejection: Rejection, event: AcceptedEvent): EventRun {
  const { atMs } = rejection;
  return failRun(markStarted(acceptRun(event), atMs), { code: 'invalid_event', message: messageOf(rejection) }, atMs);
}

/** As much of an event as a line has that is none; its id is the item's. */
export function rejectedEvent({ type, atMs, event }: Rejection, ids: Pick<AcceptedEvent, 'tenant' | 'id' | 'batchId'>): AcceptedEvent {
  if (event !== undefined) return event;
  return {
    ...ids,
    ownId: null,
    run: 1,
    type: type ?? 'unknown',
    ...NOTHING_SAID,
    time: new Date(atMs).toISOString(),
    data: null,
    tier: 'normal',
    urgency: 0,
    acceptedAtMs: atMs,
    delayMs: 0,
    callback: null,
    plan: { weight: 'light', stages: [], retry: NEVER, timeoutsMs: {}, respondAfterRecord: true },
  };
}

const NEVER = { maxAttempts: 1, initialDelayMs: 0, factor: 1, maxDelayMs: 0 };

function messageOf({ errors }: Rejection): string {
  const message = errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join('; ');
  return message.slice(0, MAX_MESSAGE_CHARACTERS);
}

const MAX_MESSAGE_CHARACTERS = 1_000;
