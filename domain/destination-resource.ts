/** A destination that has failed, as its tenant sees it. Times are ISO 8601. */
export interface DestinationResource {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Of its circuit breaker; `open`: deliveries wait. */
  readonly state: 'closed' | 'half_open' | 'open';
  /** Deliveries that wait for it; the engine's index lags by a second. */
  readonly parked: number;
  /** In a row. */
  readonly failures: number;
  /** How many the process that is asked may have open to it: more than 16 where it bears them. */
  readonly connections: number;
  /** Null when none is due: it isn't open, or is gone until it is resumed. */
  readonly nextProbeAt: string | null;
}
