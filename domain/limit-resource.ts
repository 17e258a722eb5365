import type { Permits } from './permits.ts';
import { capacityOf, waitingOrder } from './permits.ts';
import type { Reserved, Tier } from './tier.ts';

/** The permits of one key as a tenant sees them now: its own events, and so many of others'. Times are ISO 8601. */
export interface LimitResource extends ShownHolders {
  readonly key: string;
  readonly capacity: number;
  readonly reserved: Reserved;
  /**
   * The tenant's first 100, in the order in which they would be served if nothing else came. Positions count all tenants'
   * events.
   */
  readonly waiters: readonly { readonly event: string; readonly tier: Tier; readonly position: number; readonly since: string }[];
  /** So many events of other tenants wait. */
  readonly otherWaiters: number;
  /** So many events of all tenants wait. */
  readonly waiting: number;
}

export interface ShownHolders {
  readonly holders: readonly { readonly event: string; readonly since: string }[];
  /** So many events of other tenants hold a permit. */
  readonly otherHolders: number;
}

const SHOWN_WAITERS = 100;

export interface ShownLimit {
  readonly key: string;
  readonly permits: Permits;
  /** Who asks. */
  readonly tenant: string;
  readonly nowMs: number;
}

export function showLimit({ key, permits, tenant, nowMs }: ShownLimit): LimitResource {
  const own = waitingOrder(permits, nowMs).flatMap((claim, index) =>
    claim.tenant === tenant
      ? [{ event: claim.event, tier: claim.tier, position: index + 1, since: new Date(claim.sinceMs).toISOString() }]
      : [],
  );
  return {
    key,
    capacity: capacityOf(permits),
    reserved: permits.reserved,
    ...showHolders(permits, tenant),
    waiters: own.slice(0, SHOWN_WAITERS),
    otherWaiters: permits.waiters.length - own.length,
    waiting: permits.waiters.length,
  };
}

/** Who holds permits, as a tenant may know it: the ids of others' events are none of its business. */
export function showHolders(permits: Permits, tenant: string): ShownHolders {
  const own = permits.holders.filter((holder) => holder.tenant === tenant);
  return {
    holders: own.map(({ event, grantedAtMs }) => ({ event, since: new Date(grantedAtMs).toISOString() })),
    otherHolders: permits.holders.length - own.length,
  };
}
