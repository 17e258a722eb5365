import type { LimitResource } from '../domain/limit-resource.ts';
import type { PageFilter } from './page-query.ts';
import type { Page } from './page.ts';

/** A limit, and the tenant by whose eyes it is seen. */
export interface LimitKey {
  readonly tenant: string;
  readonly key: string;
}

export type SetCapacity =
  | { readonly kind: 'set'; readonly limit: LimitResource }
  /** Nobody uses it and nobody has set it: what is configured holds. */
  | { readonly kind: 'not_found' }
  /** So many limits are kept already that no other may be set. */
  | { readonly kind: 'too_many'; readonly atMost: number };

/** What the HTTP layer needs of whatever grants permits. Each may throw EngineUnavailableError. */
export interface LimitService {
  /** The default limit first, then those that are in use or set, newest first; a page may be short. */
  list(filter: PageFilter): Promise<Page<LimitResource>>;
  /** Null for a key that is neither in use, nor set, nor the default. */
  get(limit: LimitKey): Promise<LimitResource | null>;
  /** Sets what wins over the configuration, at once, in the whole cluster; null lets the configuration hold again. */
  setCapacity(limit: LimitKey, capacity: number | null): Promise<SetCapacity>;
}
