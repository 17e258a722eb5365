import type { Pattern } from './pattern.ts';
import type { Vitals } from './vitals.ts';

/** What an action led to (life.md, section 8). */
export interface FeedbackRecord {
  readonly actionId: string;
  readonly pattern: Pattern;
  readonly stateDelta: Vitals;
  readonly timestampMs: number;
  readonly delayTicks: number;
  /** Ids of events; may be empty. */
  readonly associatedEvents: readonly string[];
}

/** An action whose effect has not been observed yet. */
export interface PendingAction {
  readonly actionId: string;
  readonly pattern: Pattern;
  /** Before the impact was added. */
  readonly vitalsBefore: Vitals;
  readonly registeredAtTick: number;
  /** Observed when so many ticks have passed. */
  readonly delayTicks: number;
  readonly associatedEvents: readonly string[];
}
