import type { Order } from '../domain/bulk-order.ts';
import type { DeadLetterResource } from '../domain/dead-letter-resource.ts';
import type { Destination } from '../domain/destination.ts';
import type { EventResource } from '../domain/event-resource.ts';
import type { PageFilter } from './page-query.ts';
import type { Page } from './page.ts';

/** A cause of a tenant's dead letters, by its digest. */
export interface CauseKey {
  readonly tenant: string;
  readonly cause: string;
}

export interface DeadLetters {
  /** Those that died last come first. */
  readonly items: readonly DeadLetterResource[];
  /** When they were counted: at most 10 s ago. */
  readonly asOf: string;
}

/** All that can be run again of a cause. */
export interface Orders {
  readonly orders: readonly Order[];
  /** So many dead letters they make up for. */
  readonly count: number;
  /** So many that cannot be run again, as those of subjects. */
  readonly skipped: number;
}

export interface GivenUpWithin {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What the HTTP layer needs of whatever finds dead letters. Each may throw EngineUnavailableError. */
export interface DeadLetterService {
  list(tenant: string): Promise<DeadLetters>;
  /** Null for a cause that no dead letter has. @throws InvalidCursorError */
  events(filter: PageFilter & CauseKey): Promise<Page<EventResource> | null>;
  /** Of at most so many dead letters, the newest first; null for a cause that none has. */
  orders(key: CauseKey, limit: number): Promise<Orders | null>;
  /** The same of all callbacks to a destination that were given up within these times, whatever the cause. */
  ordersOf(destination: Destination, within: GivenUpWithin, limit: number): Promise<Orders>;
  /** Puts aside those of a cause that there are; false where there is none. */
  discard(key: CauseKey): Promise<boolean>;
}
