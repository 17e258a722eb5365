import type { PageFilter } from './page-query.ts';
import type { Page } from './page.ts';

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

/** What the HTTP layer needs of whatever watches destinations. Each may throw EngineUnavailableError. */
export interface DestinationService {
  /** Those of a tenant that have failed lately, the latest first; a page may be short. */
  list(filter: PageFilter): Promise<Page<DestinationResource>>;
  /** Probes it now; null for one that is not in trouble. */
  resume(destination: { readonly tenant: string; readonly origin: string }): Promise<DestinationResource | null>;
}
