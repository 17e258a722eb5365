import type { AcceptedEvent } from './accepted-event.ts';
import { isOwnId } from './event-id.ts';
import type { Fault } from './fault.ts';

export interface FollowUpOptions {
  /**
   * Tells it from the stage's other follow-ups, in place of its position among them: 1 to 128 of `A-Z`, `a-z`, `0-9`, `.`, `_`, `:`, `@` and `-`.
   * The event's id is made of it.
   */
  readonly id?: string;
  /** It isn't begun before so many milliseconds have passed; at most a year. */
  readonly delayMs?: number;
  /** As of any event; of a type with subjects the one that processes it. */
  readonly subject?: string;
}

/** A follow-up, as the run that has emitted it remembers it. */
export type FollowUp = Pick<AcceptedEvent, 'id' | 'type'>;

/** Of one attempt: it is recorded as one piece. `sharedBytes`: where many events share a history, of all that a call of the run has emitted. */
export const MAX_FOLLOW_UPS = { events: 100, bytes: 64 * 1024, sharedBytes: 4 * 1024 } as const;

/** The longest that an event may be delayed. */
export const MAX_DELAY_MS = 365 * 24 * 3_600_000;

/**
 * What a follow-up's id is a digest of: the same however often its stage is run again, and no other's.
 * @param stageKey of the stage in this run of its event: its `idempotencyKey`
 * @param id the one that its handler has given it, or its position among all that the stage has emitted
 */
export function followUpName(stageKey: string, id: string | number): string {
  return JSON.stringify({ followUpOf: stageKey, id });
}

/** What is wrong with what a handler says of a follow-up besides its data; written in JavaScript, it may say anything. */
export function faultsOfOptions({ id, delayMs = 0, subject }: FollowUpOptions): readonly Fault[] {
  const faults: Fault[] = [];
  if (id !== undefined && (typeof id !== 'string' || !isOwnId(id))) {
    faults.push({ pointer: '/id', detail: 'an id has 1 to 128 of A-Z, a-z, 0-9, ".", "_", ":", "@" and "-"' });
  }
  if (!Number.isInteger(delayMs) || delayMs < 0 || delayMs > MAX_DELAY_MS) {
    faults.push({ pointer: '/delayMs', detail: `it is a whole number from 0 to ${MAX_DELAY_MS}` });
  }
  if (subject !== undefined && (typeof subject !== 'string' || subject.length === 0 || subject.length > 255)) {
    faults.push({ pointer: '/subject', detail: 'a subject is a text of 1 to 255 characters' });
  }
  return faults;
}
