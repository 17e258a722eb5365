import type { EventError } from './event-error.ts';

/** What failures are grouped by: type, stage and code, as in `invoice:action:card_declined`. */
export function failureCause(type: string, error: EventError): string {
  return `${type}:${error.stage ?? 'none'}:${error.code}`;
}
