import type { EventError } from './event-error.ts';
import type { EventStatus } from './event-resource.ts';
import type { Stage } from './stage.ts';
import type { EndedExplanation } from './why-ended.ts';

const WAITS = ['permit', 'slot', 'retry', 'delay', 'mailbox', 'no_worker', 'paused', 'breaker', 'handlers'] as const;
export const WHY_REASONS = ['running', ...WAITS, 'ended'] as const;

/** Why an event is where it is. */
export interface Why {
  readonly id: string;
  readonly status: EventStatus;
  readonly reason: (typeof WHY_REASONS)[number];
  readonly summary: string;
  /** Since when; ISO 8601. */
  readonly since: string | null;
  readonly details: EndedExplanation['details'] & {
    readonly key?: string;
    /** From 1. */
    readonly position?: number | null;
    /** Of the event's own tenant. */
    readonly holders?: readonly { readonly event: string; readonly since: string }[];
    /** So many events of other tenants hold a permit. */
    readonly otherHolders?: number;
    readonly stage?: Stage | null;
    readonly attempt?: number;
    /** Null where the destination of its callback is not probed until it is resumed. */
    readonly nextAttemptAt?: string | null;
    readonly lastError?: EventError | null;
    readonly etaMs?: number | null;
    /** Of an event that ended badly: the cause that it is a dead letter of, and how many there are of it. */
    readonly alike?: { readonly cause: string; readonly count: number };
    /** Of its handlers those that haven't ended; `event` is the id of a run that is to be asked for more. */
    readonly handlers?: readonly { readonly name: string; readonly status: EventStatus; readonly event: string }[];
  };
}
