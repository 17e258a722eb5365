import type { Environment } from '../config/environment.ts';
import type { AcceptSettings } from '../domain/accept-event.ts';
import { DEFAULT_LIMIT_KEY, DEFAULT_LONGEST_WAITS } from '../domain/permits.ts';

/** What the operator says of every event, for wherever events are accepted: the HTTP service, and processes whose handlers emit some. */
export function toAcceptSettings({ URGENCY_THRESHOLD, MAX_CONCURRENT_TASKS, RESERVED_TASKS, LONGEST_WAITS }: Environment): AcceptSettings {
  return {
    urgencyThreshold: URGENCY_THRESHOLD,
    defaultLimit: { key: DEFAULT_LIMIT_KEY, capacity: MAX_CONCURRENT_TASKS, reserved: RESERVED_TASKS },
    ...(LONGEST_WAITS && { longestWaitMs: { ...DEFAULT_LONGEST_WAITS, ...LONGEST_WAITS } }),
  };
}
