import type { DestinationResource } from '../domain/destination-resource.ts';
import type { PageFilter } from './page-query.ts';
import type { Page } from './page.ts';

/** What the HTTP layer needs of whatever watches destinations. Each may throw EngineUnavailableError. */
export interface DestinationService {
  /** Those of a tenant that have failed lately, the latest first; a page may be short. */
  list(filter: PageFilter): Promise<Page<DestinationResource>>;
  /** Probes it now; null for one that is not in trouble. */
  resume(destination: { readonly tenant: string; readonly origin: string }): Promise<DestinationResource | null>;
}
