import type { Breaker, BreakerSettings } from './breaker.ts';

/** A tenant's deliveries to an origin (scheme, host and port): no tenant's receivers have a say in another's deliveries. */
export interface Destination {
  readonly tenant: string;
  readonly origin: string;
}

export interface DestinationInput {
  readonly destination: Destination;
  readonly settings: BreakerSettings;
  readonly breaker: Breaker;
}

/** What an attempt showed of its destination. */
export interface DestinationReport {
  readonly well: boolean;
  readonly isGone: boolean;
  readonly isProbe: boolean;
  readonly retryAfterMs: number;
  /** So many at once; 1 by default. */
  readonly failures?: number;
}

export interface WakeParked {
  readonly destination: Destination;
  readonly atMost: number;
  readonly perSecond: number;
  readonly isProbe: boolean;
}
