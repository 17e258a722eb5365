import type { Tier } from './tier.ts';

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
