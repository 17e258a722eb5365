import { TIERS } from '../../domain/tier.ts';
import type { Tier } from '../../domain/tier.ts';
import type { EventStatus } from '../../domain/event-resource.ts';

export const STATUSES = [
  'accepted',
  'waiting',
  'running',
  'completed',
  'partial',
  'failed',
  'cancelled',
] as const satisfies readonly EventStatus[];

/** Which events are listed, as the page's address says it. */
export interface EventFilter {
  readonly type?: string;
  readonly status?: EventStatus;
  readonly tier?: Tier;
  /** `type/id`, as a subject's page has it. */
  readonly subject?: string;
  readonly batch?: string;
  /** ISO 8601. */
  readonly since?: string;
}

/** Reads it from an address, which anybody may have written: what it can't be is left out. */
export function parseEventFilter(search: Readonly<Record<string, unknown>>): EventFilter {
  const text = (name: string): string | undefined => {
    const value = search[name];
    // A router reads digits as a number.
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
  };
  const status = STATUSES.find((known) => known === search['status']);
  const tier = TIERS.find((known) => known === search['tier']);
  const since = text('since');
  return leaveOut({
    type: text('type'),
    status,
    tier,
    subject: text('subject'),
    batch: text('batch'),
    since: since === undefined || Number.isNaN(Date.parse(since)) ? undefined : new Date(since).toISOString(),
  });
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

function leaveOut<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
