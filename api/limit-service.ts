import type { Tier } from '../domain/tier.ts';

/** The permits of one key, as they are now. Times are ISO 8601. */
export interface LimitResource {
  readonly key: string;
  readonly capacity: number;
  readonly reserved: number;
  readonly holders: readonly { readonly event: string; readonly since: string }[];
  /** The first 100, in the order in which they would be served if nothing else came. */
  readonly waiters: readonly { readonly event: string; readonly tier: Tier; readonly position: number; readonly since: string }[];
  readonly waiting: number;
}

/** What the HTTP layer needs of whatever grants permits. Each may throw EngineUnavailableError. */
export interface LimitService {
  list(): Promise<readonly LimitResource[]>;
  /** Null for a key that is neither in use nor configured. */
  get(key: string): Promise<LimitResource | null>;
  /** Sets what wins over the configuration, at once, in the whole cluster; null lets the configuration hold again. */
  setCapacity(key: string, capacity: number | null): Promise<LimitResource>;
}
