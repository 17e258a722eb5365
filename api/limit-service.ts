import type { LimitResource } from '../domain/limit-resource.ts';

/** What the HTTP layer needs of whatever grants permits. Each may throw EngineUnavailableError. */
export interface LimitService {
  list(): Promise<readonly LimitResource[]>;
  /** Null for a key that is neither in use nor configured. */
  get(key: string): Promise<LimitResource | null>;
  /** Sets what wins over the configuration, at once, in the whole cluster; null lets the configuration hold again. */
  setCapacity(key: string, capacity: number | null): Promise<LimitResource>;
}
