import type { Fault } from '../domain/fault.ts';

/** The first of an event's faults, as a refusal's `detail` has it. */
export function faultySummary([first]: readonly Fault[]): string {
  if (first === undefined) return 'the event is invalid';
  return first.pointer === '' ? first.detail : `${first.pointer}: ${first.detail}`;
}
